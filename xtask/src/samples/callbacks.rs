//! Each callback, received in each language.

use baijiayun_api::Description;

use super::{Received, Snippet};
use crate::callbacks::event_name;
use crate::names::{Names, pascal};
use crate::swift::swift_name;

/// All callbacks, in the order of the description.
pub fn all(description: &Description) -> Vec<Received> {
    description.callbacks.keys().map(|name| Received { name: name.clone(), snippets: snippets(name) }).collect()
}

fn snippets(name: &str) -> Vec<Snippet> {
    let class = event_name(name, &mut Names::default());
    let variant = pascal(name);
    let case = swift_name(class.trim_end_matches("Callback"));
    let snippet = |highlight, label, code: String| Snippet { highlight, label, code };
    vec![
        snippet("ts", "JavaScript", format!(
            "const callback = client.callbacks.parse(body, headers);\nif (callback.name === \"{name}\") console.log(callback.data);"
        )),
        snippet("python", "Python", format!(
            "event = client.callbacks.parse(body, headers)\nif isinstance(event, callbacks.{class}):\n    print(event.data)"
        )),
        snippet("kotlin", "Kotlin", format!(
            "val event = client.callbacks.parse(body, contentType)\nif (event is {class}) println(event.data)"
        )),
        snippet("java", "Java", format!(
            "Callback event = client.callbacks.parse(body, contentType);\nif (event instanceof {class}) System.out.println((({class}) event).getData());"
        ).replace("client.callbacks", "client.getCallbacks()")),
        snippet("swift", "Swift", format!(
            "let callback = try client.callbacks.parse(body, contentType: contentType)\nif case .{case}(let event) = callback.event {{ print(event) }}"
        )),
        snippet("rust", "Rust", format!(
            "let callback = receiver.receive(body, content_type)?;\nif let Event::{variant}(event) = callback.event() {{\n    println!(\"{{event:?}}\");\n}}"
        )),
    ]
}

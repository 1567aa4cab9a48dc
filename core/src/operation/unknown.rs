//! A name that there is not: what may be meant by it.

use super::{Operation, all};
use crate::error::{Error, ErrorKind};
use crate::json::quoted;
use crate::near;

pub(super) fn unknown(name: &str) -> Error {
    let hint = match suggested(name).as_slice() {
        [] => "api.md of the SDK lists all names".to_owned(),
        near => format!("did you mean {}?", near.join(", ")),
    };
    Error::new(ErrorKind::UnknownOperation, name)
        .with_message(format!("there is no operation named {}", quoted(name)))
        .with_hint(hint)
}

/// What may be meant by a name that there is not.
fn suggested(wanted: &str) -> Vec<&'static str> {
    let names = || all().iter().map(|operation| operation.name.as_ref());
    if wanted.trim().is_empty() {
        return Vec::new();
    }
    if wanted.contains('/') {
        return at_path(wanted);
    }
    // As another language or the vendor's path writes it: live.startClass.
    let snake = snake(wanted);
    let slips = near::closest(names(), &snake);
    if let [first, ..] = slips.as_slice() {
        return if *first == snake { vec![first] } else { slips };
    }
    let (resource, method) = snake.split_once('.').unwrap_or((&snake, ""));
    let related = names().filter(|known| {
        let (known_resource, known_method) = known.split_once('.').unwrap_or((known, ""));
        (known_resource == resource && (method.is_empty() || shares_word(known_method, method)))
            || (!method.is_empty() && known_method == method)
    });
    let related: Vec<&str> = related.take(MOST).collect();
    if !related.is_empty() {
        return related;
    }
    let holds = |known: &&str| holds(known, resource) || (!method.is_empty() && holds(known, method));
    names().filter(holds).take(MOST).collect()
}

/// Most names that are suggested.
const MOST: usize = 8;

/// The operations at a path of the vendor's, also one with a host, without `/openapi`, or with a slip.
fn at_path(wanted: &str) -> Vec<&'static str> {
    let path = wanted.split_once("://").map_or(wanted, |(_, rest)| rest.find('/').map_or("", |at| rest.split_at(at).1));
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    let path = path.strip_prefix("openapi/").unwrap_or(path);
    let own = |operation: &'static Operation| operation.path.strip_prefix("/openapi/").unwrap_or(&operation.path);
    if path.is_empty() {
        return Vec::new();
    }
    let mut meant = near::closest(all().iter().map(own), path);
    if meant.first() == Some(&path) {
        meant.truncate(1);
    }
    let here = all().iter().filter(|operation| meant.contains(&own(operation)));
    here.map(|operation| operation.name.as_ref()).take(MOST).collect()
}

/// `startClass` as `start_class`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len());
    let mut after_small = false;
    for letter in name.trim().chars() {
        if letter.is_ascii_uppercase() && after_small {
            snake.push('_');
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn shares_word(known: &str, wanted: &str) -> bool {
    holds(known, wanted) || holds(wanted, known) || wanted.split('_').any(|word| word.len() > 3 && holds(known, word))
}

/// As `contains`, whose search for texts is 3 kB of WebAssembly.
fn holds(text: &str, part: &str) -> bool {
    part.is_empty() || text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

//! What the service expects to hear.

use crate::json::quoted;

/// The callback was taken; the service does not send it again.
pub const SUCCESS: &str = r#"{"code":0,"msg":""}"#;

/// The callback was not taken: the service sends most of them again, twice,
/// after a few seconds. The message is for the service's logs.
pub fn failure(message: &str) -> String {
    format!(r#"{{"code":1,"msg":{}}}"#, quoted(message))
}

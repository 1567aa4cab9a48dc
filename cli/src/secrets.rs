//! What must not be shown.

use baijiayun_api::Shape;

/// Whether a described value is a secret or holds one.
pub(crate) fn holds_secret(shape: &Shape) -> bool {
    let element = shape.items.iter().chain(&shape.values).map(AsRef::as_ref);
    shape.secret || shape.fields.values().chain(element).any(holds_secret)
}

/// Whether a text of somebody else's seems to hold a secret: a proxy may well repeat the request.
pub(crate) fn looks_secret(text: &str) -> bool {
    ["partner_key", "secret_key", "password", "sign=", "\"sign\"", "token", "upload_url"]
        .iter()
        .any(|name| text.contains(name))
}

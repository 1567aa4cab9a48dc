//! Callbacks as the service would post them, for tests of a receiver and for the mock.

use std::fmt;

use super::body::{Encoding, Posted, Written, read};
use super::event::object;
use super::table::named;
use super::verify::once;
use crate::account::check_key;
use crate::error::{Error, ErrorKind};
use crate::form;
use crate::sign::{self, PartnerKey};

/// What a callback is that is to be signed, besides its data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Posting<'a> {
    /// The callback, for example `class_event`: it says whether its data go as JSON. A form if nothing is said.
    pub name: Option<&'a str>,
    /// Whether they go as JSON, whatever the documents print.
    pub json: Option<bool>,
    /// Its unique id, where the data have no `qid`.
    pub qid: Option<&'a str>,
    /// When it is signed, unix seconds, where the data have no `timestamp`.
    pub timestamp: Option<i64>,
}

/// A post to a receiver of callbacks.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// The body.
    pub body: String,
    /// The header of that name.
    pub content_type: &'static str,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Post({}, {} bytes)", self.content_type, self.body.len())
    }
}

/// Signs a callback as the service does. `data` is a JSON object of the fields; in a form a value that is no text goes as
/// the service signs it (see [`verify`](super::verify)).
///
/// ```
/// use baijiayun_core::PartnerKey;
/// use baijiayun_core::callbacks::{self, Posting};
/// use baijiayun_core::coerce::Options;
///
/// let key = PartnerKey::new("the partner key");
/// let posting = Posting { name: Some("class_event"), qid: Some("1"), timestamp: Some(1_467_882_806), ..Posting::default() };
/// let post = callbacks::signed(r#"{"room_id":17,"op":"start"}"#, posting, &key)?;
/// assert!(post.body.starts_with("room_id=17&op=start&qid=1&timestamp=1467882806&sign="));
///
/// let event = callbacks::receive(post.body.as_bytes(), post.content_type, &[key], None, Options::default())?;
/// assert_eq!(event.name, Some("class_event"));
/// # Ok::<(), baijiayun_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::UnknownOperation`] for a name that is none; [`ErrorKind::CallbackMalformed`] for data that no receiver
/// would take; [`ErrorKind::InvalidAccount`] for a key that cannot be one.
pub fn signed(data: &str, posting: Posting<'_>, key: &PartnerKey) -> Result<Post, Error> {
    check_key("partner_key", key)?;
    let callback = posting.name.map(named).transpose()?;
    let (encoding, mut fields) = read(data.as_bytes(), "")?;
    if encoding != Encoding::Json {
        return Err(Error::new(ErrorKind::CallbackMalformed, "").with_message("the data are no JSON object"));
    }
    let timestamp = posting.timestamp.map(|time| time.to_string());
    for (name, value) in [("qid", posting.qid), ("timestamp", timestamp.as_deref())] {
        if let Some(value) = value
            && !fields.iter().any(|field| field.name == name)
        {
            fields.push(Posted::text(name, value));
        }
    }
    once(&fields)?;
    fields.retain(|field| field.name != "sign");
    let pairs = fields.iter().map(|field| (field.name.as_str(), field.text.as_str()));
    let signature = key.signature(&sign::canonical(pairs));
    fields.push(Posted::text("sign", &signature));
    Ok(if posting.json.unwrap_or(callback.is_some_and(|callback| callback.json)) {
        Post { body: object(&fields), content_type: "application/json" }
    } else {
        let pairs = fields.iter().map(|field| (field.name.as_str(), field.text.as_str()));
        Post { body: form::encode(pairs), content_type: "application/x-www-form-urlencoded" }
    })
}

impl Posted {
    fn text(name: &str, text: &str) -> Posted {
        Posted { name: name.to_owned(), text: text.to_owned(), bytes: None, written: Written::Text }
    }
}

//! Whether a post comes from the service.

use std::fmt;

use super::body::{Encoding, Posted, malformed, media_type, read};
use super::dedupe::HOLD;
use crate::account::check_key;
use crate::error::{Error, ErrorKind};
use crate::sign::PartnerKey;

/// How old a callback may be, and how far ahead of the receiver's clock, in
/// seconds: what others (Stripe) allow.
pub const TOLERANCE: u64 = 300;

/// The receiver's clock, to refuse what was recorded and is posted again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Unix seconds.
    pub now: i64,
    /// How many seconds the callback's timestamp may differ, either way; [`TOLERANCE`] is usual.
    pub tolerance: u64,
}

/// The fields of a post that was signed by one of the keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    pub(super) fields: Vec<Posted>,
    key: usize,
    timestamp: i64,
    hold: u32,
}

impl Verified {
    /// Which of the keys signed it: its position.
    pub fn key(&self) -> usize {
        self.key
    }

    /// The unique id of the callback; a repetition has the same.
    pub fn qid(&self) -> &str {
        self.get("qid").unwrap_or_default()
    }

    /// When the service signed it, unix seconds.
    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// Its signature.
    pub fn signature(&self) -> &str {
        self.get("sign").unwrap_or_default()
    }

    /// For how many seconds a claim of it must hold, so that it is taken once:
    /// until its timestamp is refused, and at least [`HOLD`]. Where the clock
    /// is not looked at, no time is enough.
    pub fn hold(&self) -> u32 {
        self.hold
    }

    /// A field as it was posted.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.fields, name)
    }

    /// All fields as they were posted, with `sign`.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.fields)
    }
}

impl fmt::Debug for Verified {
    /// Without the values: they are people's names and messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        f.debug_struct("Verified").field("fields", &names).field("key", &self.key).finish()
    }
}

fn find<'f>(fields: &'f [Posted], name: &str) -> Option<&'f str> {
    fields.iter().find(|field| field.name == name).map(|field| field.text.as_str())
}

fn pairs(fields: &[Posted]) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().map(|field| (field.name.as_str(), field.text.as_str()))
}

fn signed(fields: &[Posted]) -> impl Iterator<Item = (&[u8], &[u8])> {
    fields.iter().map(|field| (field.name.as_bytes(), field.signed()))
}

/// Checks the signature of a post over all its fields but `sign`, with any of
/// the keys: give the old one and the new one while you change keys.
///
/// `body` is the body as it came; `content_type` the header of that name, of
/// which errors are made: whether the body is a form or JSON, it says itself.
/// What is signed are bytes: they need not be UTF-8. A value of a JSON body
/// that is no text is signed as PHP casts it: null and false as nothing, true
/// as 1, a number as it is written; of arrays and objects nobody knows, and
/// they are taken as written.
///
/// `qid` and `timestamp` must be there: every document has both. Without them
/// a post that was seen once could be posted again and again, and a signature
/// that was made for something else, such as a link into a room, would pass.
///
/// With a `clock` the timestamp must be near its time.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] without a key, or with one that cannot be one;
/// [`ErrorKind::CallbackMalformed`] for a body that cannot be what was posted;
/// [`ErrorKind::CallbackSignature`]; [`ErrorKind::CallbackClock`].
pub fn verify(body: &[u8], content_type: &str, keys: &[PartnerKey], clock: Option<Clock>) -> Result<Verified, Error> {
    if keys.is_empty() {
        return Err(Error::new(ErrorKind::InvalidAccount, "")
            .with_message("no partner_key is given")
            .with_hint("copy it from the BaijiaYun back office"));
    }
    keys.iter().try_for_each(|key| check_key("a partner_key", key))?;
    let (encoding, fields) = read(body, content_type)?;
    let surprise = surprise(encoding, content_type);
    let Some(sign) = find(&fields, "sign") else {
        return Err(malformed(format!("the body has no field sign{}", surprise.unwrap_or_default())));
    };
    // Every key is tried, so that the time does not tell which one it was.
    let mut matching = None;
    for (index, key) in keys.iter().enumerate() {
        if key.verify_bytes(signed(&fields), sign) && matching.is_none() {
            matching = Some(index);
        }
    }
    let Some(key) = matching else {
        return Err(differs(keys, sign, surprise));
    };
    let timestamp = once(&fields)?;
    let hold = clock.map_or(Ok(HOLD), |clock| near(timestamp, clock))?;
    Ok(Verified { fields, key, timestamp, hold })
}

/// Longer ids are refused: those of the documents have up to 24 characters.
const MAX_QID: usize = 256;

/// Whether the callback can be taken once: it must have an id and a time. Gives the time.
pub(super) fn once(fields: &[Posted]) -> Result<i64, Error> {
    let why = "every callback has one, and without it a recorded one could be posted again";
    match find(fields, "qid") {
        None | Some("") => return Err(malformed(format!("the body has no field qid; {why}"))),
        // Several fields that were joined into one keep the signature.
        Some(qid) if qid.len() > MAX_QID || qid.contains(['&', '=']) => {
            return Err(malformed("the field qid is no id: it is too long, or holds & or ="));
        }
        Some(_) => {}
    }
    match find(fields, "timestamp") {
        None | Some("") => Err(malformed(format!("the body has no field timestamp; {why}"))),
        Some(text) => text.parse().map_err(|_| malformed("the field timestamp is not a number of unix seconds")),
    }
}

/// What to say of a body that is not what its content type says.
fn surprise(encoding: Encoding, content_type: &str) -> Option<&'static str> {
    let media_type = media_type(content_type);
    match encoding {
        Encoding::Json if media_type == "application/x-www-form-urlencoded" => {
            Some("; it is JSON although its content type says form: was it parsed and written again?")
        }
        Encoding::Form if media_type == "application/json" => {
            Some("; it is a form although its content type says JSON: was it parsed and written again?")
        }
        _ => None,
    }
}

fn differs(keys: &[PartnerKey], sign: &str, surprise: Option<&str>) -> Error {
    let hex = sign.len() == 32 && sign.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut message = match (hex, keys) {
        (false, _) => "sign is not 32 lower-case hex digits".to_owned(),
        (true, [_]) => "the signature differs: another key signed this, or a field was changed".to_owned(),
        (true, _) => {
            format!("the signature differs with all {} keys: another signed this, or a field was changed", keys.len())
        }
    };
    message.push_str(surprise.unwrap_or_default());
    Error::new(ErrorKind::CallbackSignature, "").with_message(message)
}

/// Whether the timestamp is near the clock. Gives for how long a claim must hold.
fn near(timestamp: i64, clock: Clock) -> Result<u32, Error> {
    let Clock { now, tolerance } = clock;
    if timestamp.abs_diff(now) <= tolerance {
        // Two seconds more, as this clock and that of the claims are cut to whole seconds.
        let accepted = i128::from(timestamp) + i128::from(tolerance) - i128::from(now) + 2;
        return Ok(u32::try_from(accepted).unwrap_or(u32::MAX).max(HOLD));
    }
    let where_to = if timestamp < now { "behind" } else { "ahead of" };
    let message = format!(
        "the callback's timestamp {timestamp} is {} s {where_to} this machine's clock, at most {tolerance} s are allowed",
        timestamp.abs_diff(now),
    );
    Err(Error::new(ErrorKind::CallbackClock, "").with_message(message))
}

//! What a callback tells.

use std::fmt;

use super::body::{Posted, Written, malformed};
use super::table::{Callback, recognise};
use super::verify::Verified;
use crate::coerce::{Departure, Options, straighten_posted};
use crate::error::Error;
use crate::json::quoted;
use crate::operation::{Field, Need, Shape};

/// What a callback tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Which callback it is, for example `class_event`; `None` if no document describes it.
    pub name: Option<&'static str>,
    /// Its unique id; a repetition has the same.
    pub qid: String,
    /// When the service signed it, unix seconds.
    pub timestamp: i64,
    /// Its signature. Another post with the same one is the same post, with its fields cut differently at most.
    pub signature: String,
    /// For how many seconds a claim of it must hold: see [`Verified::hold`].
    pub hold: u32,
    /// Which of the given keys signed it.
    pub key: usize,
    /// All fields but `sign`, canonical JSON. JSON texts in them are read.
    pub json: Vec<u8>,
    /// Values that are not what the document describes.
    pub departures: Vec<Departure>,
}

impl fmt::Debug for Parsed {
    /// Without the data: they are people's names and messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsed").field("name", &self.name).field("qid", &self.qid).finish_non_exhaustive()
    }
}

/// What an unknown callback has in common with all others.
const COMMON: &[Field] = &[
    Field { name: "qid", shape: Shape::Text, need: Need::Required },
    Field { name: "timestamp", shape: Shape::Int, need: Need::Required },
];

/// Recognises a callback by its fields and straightens them. One that no
/// document describes gives its fields as they are.
///
/// # Errors
/// [`CallbackMalformed`](crate::ErrorKind::CallbackMalformed) if values are nested too deeply; with
/// [`Options::strict`] [`Departures`](crate::ErrorKind::Departures) if values are not what the document describes.
pub fn parse(verified: &Verified, options: Options) -> Result<Parsed, Error> {
    straightened(verified, recognise(|name| verified.get(name)), options)
}

/// As [`parse`], of a callback that the caller knows: by its address, for example.
///
/// # Errors
/// As [`parse`].
pub fn parse_as(verified: &Verified, callback: &'static Callback, options: Options) -> Result<Parsed, Error> {
    straightened(verified, Some(callback), options)
}

fn straightened(verified: &Verified, callback: Option<&'static Callback>, options: Options) -> Result<Parsed, Error> {
    let shape = Shape::Object(callback.map_or(COMMON, |callback| callback.fields));
    let told = verified.fields.iter().filter(|field| field.name != "sign");
    let (json, departures) = straighten_posted(&shape, object(told).as_bytes(), options)
        .map_err(|error| malformed(format!("the fields cannot be read: {error}")))?;
    if options.strict && !departures.is_empty() {
        let name = callback.map_or("", |callback| callback.name);
        return Err(Error::departing(name, json, departures).with_ts(Some(verified.timestamp())));
    }
    Ok(Parsed {
        name: callback.map(|callback| callback.name),
        qid: verified.qid().to_owned(),
        timestamp: verified.timestamp(),
        signature: verified.signature().to_owned(),
        hold: verified.hold(),
        key: verified.key(),
        json,
        departures,
    })
}

/// The fields as one JSON object.
pub(super) fn object<'f>(fields: impl IntoIterator<Item = &'f Posted>) -> String {
    let members: Vec<String> = fields
        .into_iter()
        .map(|Posted { name, text, written, .. }| {
            let value = match written {
                Written::Text => quoted(text),
                Written::Bare => text.clone(),
                Written::Literal(json) => (*json).to_owned(),
            };
            format!("{}:{value}", quoted(name))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

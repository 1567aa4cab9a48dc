//! The inverse of building: what the service reads.

use super::encode::encode;
use crate::decimal::Decimal;
use crate::error::{Error, Fault};
use crate::operation::{Operation, ParamKind};
use crate::value::{Params, Value};

/// A signed request as the service sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The account it claims to come from.
    pub partner_id: Option<String>,
    /// When it was made, unix seconds.
    pub timestamp: Option<String>,
    /// Its signature.
    pub sign: Option<String>,
    /// Its parameters; those that the operation does not describe are extra.
    pub params: Params,
}

/// The inverse of [`super::build`]: reads the decoded pairs of a request (of its
/// query, form or text parts) back into parameters.
///
/// # Errors
/// [`crate::ErrorKind::InvalidParameters`] if a value is not what its parameter takes.
pub fn receive<'p>(
    operation: &Operation,
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> Result<Received, Error> {
    let mut received = Received { partner_id: None, timestamp: None, sign: None, params: Params::new() };
    let mut faults = Vec::new();
    for (name, text) in pairs {
        match name {
            "partner_id" => received.partner_id = Some(text.to_owned()),
            "timestamp" => received.timestamp = Some(text.to_owned()),
            "sign" => received.sign = Some(text.to_owned()),
            _ => match operation.param(name) {
                Some(param) => {
                    let value = decode(param.kind, text);
                    match encode(param, &value) {
                        Ok(_) => drop(received.params.set(param.name, value)),
                        Err((kind, message)) => faults.push(Fault { parameter: name.to_owned(), kind, message }),
                    }
                }
                None => drop(received.params.set_extra(name, text)),
            },
        }
    }
    if faults.is_empty() { Ok(received) } else { Err(Error::faulty(operation.name.as_ref(), faults)) }
}

/// A received text as the value that was meant; texts that are not of the kind stay texts.
fn decode(kind: ParamKind, text: &str) -> Value {
    let whole = |text: &str| text.parse().ok().filter(|number: &i64| number.to_string() == text).map(Value::Int);
    let plain = || Value::Text(text.to_owned());
    match kind {
        ParamKind::Int | ParamKind::Flag | ParamKind::Timestamp => whole(text).unwrap_or_else(plain),
        ParamKind::Float(_) => Decimal::read(text).map_or_else(plain, |number| Value::Decimal(number.text())),
        ParamKind::List { ints, separator } if !text.is_empty() => {
            let item = |item: &str| if ints { whole(item) } else { Some(Value::Text(item.to_owned())) };
            text.split(separator).map(item).collect::<Option<Vec<_>>>().map_or_else(plain, Value::List)
        }
        ParamKind::Json(_) if !text.is_empty() => Value::Json(text.to_owned()),
        _ => plain(),
    }
}

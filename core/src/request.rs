//! Building requests: parameters are checked, encoded and signed; and the
//! inverse, which reads a signed request back into parameters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use crate::account::Account;
use crate::decimal::Decimal;
use crate::error::{Error, ErrorKind, Fault, FaultKind};
use crate::form;
use crate::json::{self, Member};
use crate::near::closest;
use crate::operation::{Host, JsonKind, LimitScope, Lookup, Method, Operation, Param, ParamKind};
use crate::sign;
use crate::value::{self, File, Params, Value};

/// A request, ready to be sent.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The operation it calls.
    pub operation: Cow<'static, str>,
    /// The HTTP method.
    pub method: Method,
    /// The address, with the query of a GET request.
    pub url: String,
    /// Headers to send, in lower case.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, PartialEq)]
pub enum Body {
    /// None: a GET request.
    Empty,
    /// A form, URL-encoded.
    Form(String),
    /// Parts for a multipart/form-data body. The executor chooses the
    /// boundary, sets the content type and streams the files.
    Multipart(Vec<Part>),
}

/// A part of a multipart body.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The parameter.
    pub name: Cow<'static, str>,
    /// Its value.
    pub content: PartContent,
}

/// What a part holds.
#[derive(Clone, PartialEq)]
pub enum PartContent {
    /// Text.
    Text(String),
    /// A file.
    File(File),
}

const ACCEPT: (&str, &str) = ("accept", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Builds and signs the request of a call.
///
/// `timestamp` is the current unix time in seconds; it is part of the
/// signature.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`] with all faults of the call,
/// [`ErrorKind::Signing`] if the account's signer fails.
pub fn build(account: &Account, operation: &Operation, params: &Params, timestamp: i64) -> Result<Request, Error> {
    sign_here(account, Unsigned::new(account, operation, params, timestamp)?)
}

/// As [`build`], with the parameters as JSON.
pub(crate) fn build_json(
    account: &Account,
    operation: &Operation,
    params: &str,
    extra: &Params,
    timestamp: i64,
) -> Result<Request, Error> {
    let operation = account.resolve(operation);
    let draft = Cow::Owned(Draft::from_json(account, &operation, params, extra, timestamp)?);
    sign_here(account, Unsigned { operation: &operation, draft })
}

fn sign_here(account: &Account, unsigned: Unsigned<'_>) -> Result<Request, Error> {
    let signing =
        |reason: String| Error::new(ErrorKind::Signing, unsigned.operation.name.as_ref()).with_message(reason);
    let signature = match (unsigned.canonical(), account.signer()) {
        (None, _) => None,
        (Some(canonical), Some(signer)) => Some(signer.sign(canonical).map_err(signing)?),
        (Some(_), None) => {
            return Err(signing("the account's signatures are made elsewhere: call through the engine".to_owned()));
        }
    };
    Ok(unsigned.finish(signature))
}

/// The checked and encoded parameters of a call. Everything but the time and the signature is
/// written once, for all attempts.
#[derive(Clone)]
pub(crate) struct Draft {
    url: String,
    /// The room that the call is about, where its limits count by rooms.
    pub(crate) room: Option<String>,
    /// The time of sending that stands in it.
    timestamp: i64,
    /// What is signed, if the operation is.
    canonical: Option<Stamped>,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Form(Stamped),
    Multipart {
        /// Sorted by name.
        texts: Vec<(Cow<'static, str>, String)>,
        files: Vec<Part>,
    },
}

/// A text that holds the time of sending.
struct Stamped {
    text: String,
    /// Where; nowhere if the call is not signed.
    time: Option<Range<usize>>,
}

impl Clone for Stamped {
    /// With room for a signature: that is what comes next.
    fn clone(&self) -> Stamped {
        let mut text = String::with_capacity(self.text.len() + SIGNATURE_LENGTH);
        text.push_str(&self.text);
        Stamped { text, time: self.time.clone() }
    }
}

impl Stamped {
    fn stamp(&mut self, timestamp: &str) {
        let Some(Range { start, end }) = self.time.clone() else { return };
        if let (Some(before), Some(after)) = (self.text.get(..start), self.text.get(end..)) {
            self.text = [before, timestamp, after].concat();
            self.time = Some(start..start + timestamp.len());
        }
    }
}

/// A request that waits for its signature, for signers that are somewhere else.
pub struct Unsigned<'a> {
    operation: &'a Operation,
    draft: Cow<'a, Draft>,
}

/// A parameter as it is signed and sent.
struct Pair<'p> {
    /// The name's first bytes as a number: two of these are compared at once, and differ in nearly all pairs.
    first: u64,
    name: Cow<'p, str>,
    value: Cow<'p, str>,
}

impl<'p> Pair<'p> {
    fn new(name: Cow<'p, str>, value: Cow<'p, str>) -> Pair<'p> {
        Pair { first: first(&name), name, value }
    }

    fn compare(&self, first: u64, name: &str) -> Ordering {
        self.first.cmp(&first).then_with(|| self.name.as_bytes().cmp(name.as_bytes()))
    }
}

fn first(name: &str) -> u64 {
    u64::from_be_bytes(name.as_bytes().first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
        bytes
    }))
}

const TIMESTAMP: &str = "timestamp";
/// `&sign=` and 32 digits.
const SIGNATURE_LENGTH: usize = 38;

impl Draft {
    pub(crate) fn new(
        account: &Account,
        operation: &Operation,
        params: &Params,
        timestamp: i64,
    ) -> Result<Draft, Error> {
        let mut encoder = Encoder::new();
        for (name, value) in params.iter() {
            match operation.param(name) {
                Some(param) => encoder.described(param, value),
                None => encoder.undescribed(operation, name, value),
            }
        }
        encoder.extra(operation, params);
        encoder.finish(account, operation, timestamp)
    }

    /// The same from a JSON object of parameters, as [`Params::from_json`] reads it; nearly all
    /// values are texts and whole numbers, which go straight from it into the request.
    pub(crate) fn from_json(
        account: &Account,
        operation: &Operation,
        json: &str,
        extra: &Params,
        timestamp: i64,
    ) -> Result<Draft, Error> {
        let mut encoder = Encoder::new();
        let mut params = Lookup::new(operation);
        value::members(operation, json, |Member { name, raw, plain }| {
            let param = params.find(&name);
            match param.and_then(|param| Some((param, plain.filter(|_| takes_plain(param, raw))?))) {
                Some((param, text)) => encoder.text(param, text),
                None => match (value::read(operation, raw, param)?, param) {
                    (None, _) => {}
                    (Some(value), Some(param)) => encoder.described(param, &value),
                    (Some(value), None) => encoder.undescribed(operation, &name, &value),
                },
            }
            Ok(())
        })?;
        encoder.extra(operation, extra);
        encoder.finish(account, operation, timestamp)
    }

    fn of(url: String, operation: &Operation, pairs: Vec<Pair<'_>>, files: Vec<Part>, timestamp: i64) -> Draft {
        let room = operation.limits.iter().any(|limit| limit.per == LimitScope::Room).then(|| {
            let of = |wanted: &str| pairs.iter().find(|pair| pair.name == wanted).map(|pair| pair.value.to_string());
            of("room_id").or_else(|| of("class_id")).unwrap_or_default()
        });
        let room_for = |pair: &Pair<'_>| pair.name.len() + pair.value.len() + "=&".len();
        let length: usize = pairs.iter().map(room_for).sum();
        let canonical = operation.signed.then(|| {
            let mut text = String::with_capacity(length);
            let time = each(&pairs, |pair| {
                sign::push(&mut text, &pair.name, &pair.value);
                text.len()
            });
            Stamped { text, time }
        });
        let content = if files.is_empty() {
            // Some more for what is longer when it is encoded.
            let mut form = form::Writer::new(length + length / 2 + SIGNATURE_LENGTH);
            let time = each(&pairs, |pair| {
                form.pair(&pair.name, &pair.value);
                form.len()
            });
            Content::Form(Stamped { text: form.finish(), time: time.filter(|_| operation.signed) })
        } else {
            let owned = |pair: Pair<'_>| (Cow::Owned(pair.name.into_owned()), pair.value.into_owned());
            Content::Multipart { texts: pairs.into_iter().map(owned).collect(), files }
        };
        Draft { url, room, timestamp, canonical, content }
    }

    pub(crate) fn has_files(&self) -> bool {
        matches!(self.content, Content::Multipart { .. })
    }

    /// The request as it is sent at this time.
    pub(crate) fn stamp<'a>(&'a mut self, operation: &'a Operation, timestamp: i64) -> Unsigned<'a> {
        if self.timestamp != timestamp {
            self.timestamp = timestamp;
            let timestamp = timestamp.to_string();
            self.canonical.iter_mut().for_each(|canonical| canonical.stamp(&timestamp));
            match &mut self.content {
                Content::Form(form) => form.stamp(&timestamp),
                Content::Multipart { texts, .. } => {
                    let stamps = texts.iter_mut().filter(|(name, _)| operation.signed && name == TIMESTAMP);
                    stamps.for_each(|(_, text)| text.clone_from(&timestamp));
                }
            }
        }
        Unsigned { operation, draft: Cow::Borrowed(self) }
    }
}

/// Writes pair after pair and tells where the timestamp came to stand. `write` returns where it ends.
fn each(pairs: &[Pair<'_>], mut write: impl FnMut(&Pair<'_>) -> usize) -> Option<Range<usize>> {
    let mut time = None;
    for pair in pairs {
        let end = write(pair);
        if pair.name == TIMESTAMP {
            time = Some(end - pair.value.len()..end);
        }
    }
    time
}

impl<'a> Unsigned<'a> {
    /// Checks and encodes the parameters of a call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] with all faults of the call.
    pub fn new(
        account: &Account,
        operation: &'a Operation,
        params: &Params,
        timestamp: i64,
    ) -> Result<Unsigned<'a>, Error> {
        let draft = Cow::Owned(Draft::new(account, operation, params, timestamp)?);
        Ok(Unsigned { operation, draft })
    }

    /// The text that is to be signed, without the key; `None` if the call carries no signature.
    pub fn to_sign(&self) -> Option<String> {
        self.canonical().map(str::to_owned)
    }

    pub(crate) fn canonical(&self) -> Option<&str> {
        self.draft.canonical.as_ref().map(|canonical| canonical.text.as_str())
    }

    /// The request with its signature.
    pub fn finish(self, signature: Option<String>) -> Request {
        let operation = self.operation;
        let (mut url, content) = match self.draft {
            Cow::Owned(draft) => (draft.url, draft.content),
            Cow::Borrowed(draft) => (draft.url.clone(), draft.content.clone()),
        };
        let mut headers: &[_] = &[ACCEPT];
        let body = match content {
            Content::Multipart { texts, files } => {
                let sign = signature.map(|signature| (Cow::Borrowed("sign"), signature));
                let text = |(name, text)| Part { name, content: PartContent::Text(text) };
                Body::Multipart(texts.into_iter().chain(sign).map(text).chain(files).collect())
            }
            Content::Form(Stamped { text, .. }) => {
                let mut form = form::Writer::after(text);
                signature.iter().for_each(|signature| form.pair("sign", signature));
                let form = form.finish();
                match operation.method {
                    Method::Get => {
                        url.push(if url.contains('?') { '&' } else { '?' });
                        url.push_str(&form);
                        Body::Empty
                    }
                    Method::Post => {
                        headers = &[ACCEPT, FORM];
                        Body::Form(form)
                    }
                }
            }
        };
        Request { operation: operation.name.clone(), method: operation.method, url, headers, body }
    }
}

fn is_address(url: &str) -> bool {
    (url.starts_with("http://") || url.starts_with("https://")) && !url.contains(char::is_whitespace)
}

fn invalid(operation: &Operation, faults: Vec<Fault>) -> Error {
    Error::faulty(operation.name.as_ref(), faults)
}

/// Whether a parameter takes a plain JSON value as it stands there.
fn takes_plain(param: &Param, raw: &str) -> bool {
    use ParamKind::{Date, DateTime, Flag, Int, Text, Timestamp};
    match param.kind {
        Int | Flag | Timestamp | Text => true,
        Date | DateTime => raw.starts_with('"'),
        _ => false,
    }
}

/// Turns parameters into the pairs and files of a request and gathers what is wrong with them.
struct Encoder<'p> {
    /// Sorted by name.
    pairs: Vec<Pair<'p>>,
    files: Vec<Part>,
    faults: Vec<Fault>,
}

/// So many names are listed in an error; more would hide it.
const FEW: usize = 12;

/// The names that every call carries and no caller sets.
const COMMON: [&str; 4] = ["partner_id", "timestamp", "sign", "partner_key"];

impl<'p> Encoder<'p> {
    fn new() -> Encoder<'p> {
        Encoder { pairs: Vec::with_capacity(24), files: Vec::new(), faults: Vec::new() }
    }

    fn fault(&mut self, name: &str, kind: FaultKind, message: impl Into<String>) {
        self.faults.push(Fault { parameter: name.to_owned(), kind, message: message.into() });
    }

    fn unknown(&mut self, operation: &Operation, name: &str) {
        let names = || operation.params.iter().map(|param| param.name);
        let near = closest(names(), name);
        let message = if COMMON.contains(&name) {
            "is added by the SDK".to_owned()
        } else if !near.is_empty() {
            format!("is unknown: did you mean {}?", near.join(", "))
        } else if operation.params.is_empty() {
            "is unknown: the operation takes no parameters (send it as extra if the service knows it)".to_owned()
        } else if operation.params.len() <= FEW {
            let names: Vec<&str> = names().collect();
            format!("is unknown (known: {}; send it as extra if the service knows it)", names.join(", "))
        } else {
            format!(
                "is unknown (`bjy operations {}` lists its {} parameters; send it as extra if the service knows it)",
                operation.name,
                operation.params.len()
            )
        };
        self.fault(name, FaultKind::Unknown, message);
    }

    /// Adds a pair at its place. Of two with one name the last one counts.
    fn pair(&mut self, name: Cow<'p, str>, value: Cow<'p, str>) {
        match self.find(&name) {
            Ok(place) => self.pairs.get_mut(place).into_iter().for_each(|pair| pair.value.clone_from(&value)),
            Err(place) => self.pairs.insert(place, Pair::new(name, value)),
        }
    }

    /// Where a pair of this name stands, or where it belongs.
    fn find(&self, name: &str) -> Result<usize, usize> {
        let first = first(name);
        self.pairs.binary_search_by(|pair| pair.compare(first, name))
    }

    fn text(&mut self, param: &'static Param, text: &'p str) {
        match encode_text(param, text) {
            Ok(text) => self.pair(Cow::Borrowed(param.name), Cow::Borrowed(text)),
            Err((kind, message)) => self.fault(param.name, kind, message),
        }
    }

    fn described(&mut self, param: &'static Param, value: &Value) {
        if let (ParamKind::File, Value::File(file)) = (param.kind, value) {
            self.files.push(Part { name: Cow::Borrowed(param.name), content: PartContent::File(file.clone()) });
            return;
        }
        match encode(param, value) {
            Ok(text) => self.pair(Cow::Borrowed(param.name), Cow::Owned(text.into_owned())),
            Err((kind, message)) => self.fault(param.name, kind, message),
        }
    }

    fn undescribed(&mut self, operation: &Operation, name: &str, value: &Value) {
        if operation.open { self.plain(name, value) } else { self.unknown(operation, name) }
    }

    fn extra(&mut self, operation: &Operation, params: &Params) {
        for (name, value) in params.extra() {
            match operation.param(name) {
                Some(_) => self.fault(name, FaultKind::Unknown, "is described: give it as a parameter, not as extra"),
                None => self.plain(name, value),
            }
        }
    }

    /// A parameter that nothing is known about.
    fn plain(&mut self, name: &str, value: &Value) {
        if COMMON.contains(&name) {
            return self.fault(name, FaultKind::Unknown, "is added by the SDK");
        }
        if name.is_empty() {
            return self.fault(name, FaultKind::Unknown, "has no name");
        }
        let owned = Cow::Owned(name.to_owned());
        match value {
            Value::File(file) => self.files.push(Part { name: owned, content: PartContent::File(file.clone()) }),
            _ => match plain_text(value) {
                Some(text) => self.pair(owned, Cow::Owned(text.into_owned())),
                None => {
                    self.fault(name, FaultKind::WrongType, "must be a text, a number, a list of them, JSON or a file")
                }
            },
        }
    }

    /// Whether a parameter was given, be it right or wrong.
    fn has(&self, name: &str) -> bool {
        self.find(name).is_ok()
            || self.files.iter().any(|part| part.name == name)
            || self.faults.iter().any(|fault| fault.parameter == name)
    }

    fn require(&mut self, operation: &Operation) {
        for param in operation.params.iter().filter(|param| param.required) {
            if !self.has(param.name) {
                self.fault(param.name, FaultKind::Missing, "is missing");
            }
        }
        for group in operation.any_of {
            if !group.iter().any(|name| self.has(name)) {
                self.fault(&group.join(" or "), FaultKind::Missing, "is missing: give at least one");
            }
        }
    }

    fn finish(mut self, account: &'p Account, operation: &Operation, timestamp: i64) -> Result<Draft, Error> {
        self.require(operation);
        if !self.faults.is_empty() {
            return Err(invalid(operation, self.faults));
        }
        let url = match operation.host {
            Host::Given(name) => self.take(name).filter(|url| is_address(url)).ok_or_else(|| {
                let message = "must be an address that begins with http:// or https://".to_owned();
                invalid(operation, vec![Fault { parameter: name.to_owned(), kind: FaultKind::WrongType, message }])
            })?,
            _ => account.address(operation).unwrap_or_default(),
        };
        if operation.signed {
            self.pair(Cow::Borrowed("partner_id"), Cow::Borrowed(account.partner_id()));
            self.pair(Cow::Borrowed(TIMESTAMP), Cow::Owned(timestamp.to_string()));
        }
        Ok(Draft::of(url, operation, self.pairs, self.files, timestamp))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.find(name).ok()?;
        Some(self.pairs.remove(place).value.into_owned())
    }
}

type Refusal = (FaultKind, String);

fn wrong(message: impl Into<String>) -> Refusal {
    (FaultKind::WrongType, message.into())
}

fn expected(what: &str, value: &Value) -> Refusal {
    wrong(format!("must be {what}, not {}", value.kind()))
}

/// The text that a described value is signed and sent as.
fn encode<'v>(param: &Param, value: &'v Value) -> Result<Cow<'v, str>, Refusal> {
    use ParamKind::{Date, DateTime, Flag, Float, Int, Json, List, Text, Timestamp};
    match (param.kind, value) {
        (Int | Flag | Timestamp | Text | Date | DateTime, Value::Text(text)) => {
            encode_text(param, text).map(Cow::Borrowed)
        }
        (Int | Flag | Timestamp | Text, Value::Int(number)) => {
            let text = number.to_string();
            encode_text(param, &text)?;
            Ok(Cow::Owned(text))
        }
        (Flag, Value::Bool(flag)) => Ok(Cow::Borrowed(digit(*flag))),
        (Int | Flag | Timestamp, _) => Err(expected("a whole number", value)),
        (Text, _) => Err(expected("a text", value)),
        (Date, _) => Err(expected(DATE, value)),
        (DateTime, _) => Err(expected(DATE_TIME, value)),
        (Float(decimals), _) => float(param, value, decimals).map(Cow::Owned),
        (List { ints, separator }, _) => list(param, value, ints, separator),
        (Json(kind), _) => json_text(param, value, kind),
        (ParamKind::File, _) => Err(expected("a file", value)),
    }
}

const DATE: &str = "a day as YYYY-MM-DD";
const DATE_TIME: &str = "a moment as YYYY-MM-DD HH:MM:SS";

/// As [`encode`], of a text, for the kinds that are sent as they are given.
fn encode_text<'v>(param: &Param, text: &'v str) -> Result<&'v str, Refusal> {
    match param.kind {
        ParamKind::Int | ParamKind::Flag => drop(whole(param, text)?),
        ParamKind::Timestamp => timestamp(param, text)?,
        ParamKind::Date => dated(text, DATE, b"0000-00-00")?,
        ParamKind::DateTime => dated(text, DATE_TIME, b"0000-00-00 00:00:00")?,
        _ => within_length(param, text)?,
    }
    Ok(text)
}

/// A text that is a number keeps its own digits: leading zeros may matter.
fn whole(param: &Param, text: &str) -> Result<i64, Refusal> {
    let number = match text.parse::<i64>() {
        Ok(number) if !text.starts_with('+') => number,
        _ => return Err(wrong("must be a whole number of at most 64 bits")),
    };
    if number < param.min || number > param.max {
        return Err((FaultKind::OutOfRange, range(param)));
    }
    Ok(number)
}

fn digit(flag: bool) -> &'static str {
    if flag { "1" } else { "0" }
}

fn range(param: &Param) -> String {
    match (param.min, param.max) {
        (i64::MIN, max) => format!("must be at most {max}"),
        (min, i64::MAX) => format!("must be at least {min}"),
        (min, max) => format!("must be from {min} to {max}"),
    }
}

/// Unix milliseconds of any day after 1973 are larger than this; seconds reach it in 5138.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

fn timestamp(param: &Param, text: &str) -> Result<(), Refusal> {
    match whole(param, text)? {
        FIRST_MILLISECOND.. => Err((FaultKind::OutOfRange, "must be unix seconds, not milliseconds".to_owned())),
        ..0 => Err((FaultKind::OutOfRange, "must be unix seconds, not negative".to_owned())),
        _ => Ok(()),
    }
}

fn float(param: &Param, value: &Value, decimals: Option<u8>) -> Result<String, Refusal> {
    let text = match value {
        Value::Int(number) => &number.to_string(),
        Value::Decimal(text) | Value::Text(text) => text,
        _ => return Err(expected("a decimal number", value)),
    };
    let number = Decimal::read(text).ok_or_else(|| wrong("must be a decimal number"))?;
    if number.compare(param.min).is_lt() || number.compare(param.max).is_gt() {
        return Err((FaultKind::OutOfRange, range(param)));
    }
    match decimals {
        None => Ok(number.text()),
        Some(decimals) => number
            .with_decimals(usize::from(decimals))
            .ok_or_else(|| (FaultKind::OutOfRange, format!("must have at most {decimals} decimals"))),
    }
}

fn within_length(param: &Param, text: &str) -> Result<(), Refusal> {
    let most = param.most as usize;
    if most > 0 && text.len() > most {
        let length = text.chars().count();
        if length > most {
            return Err((FaultKind::OutOfRange, format!("has {length} characters, at most {most} are allowed")));
        }
    }
    Ok(())
}

/// Checks a text against a pattern in which 0 stands for any digit.
fn dated(text: &str, what: &str, pattern: &[u8]) -> Result<(), Refusal> {
    let fits = text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern)
            .all(|(byte, sample)| if *sample == b'0' { byte.is_ascii_digit() } else { byte == *sample });
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    let in_calendar = fits
        && (1..=days(number(0, 4), number(5, 7))).contains(&number(8, 10))
        && number(11, 13) < 24
        && number(14, 16) < 60
        && number(17, 19) < 60;
    if in_calendar { Ok(()) } else { Err(wrong(format!("must be {what}"))) }
}

/// How many days a month has; none if there is no such month.
fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn list<'v>(param: &Param, value: &'v Value, ints: bool, separator: char) -> Result<Cow<'v, str>, Refusal> {
    let text = match value {
        // Joined already: most documents type such a parameter string, so it is taken as it is.
        Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::List(items) => {
            let mut joined = String::new();
            for (index, item) in items.iter().enumerate() {
                let text = match item {
                    Value::Int(number) => number.to_string(),
                    Value::Text(text) if text.contains(separator) => {
                        return Err(wrong(format!("has an element that holds the separator \"{separator}\"")));
                    }
                    Value::Text(text) => text.clone(),
                    _ => return Err(expected("a list of texts or numbers", item)),
                };
                if ints && text.parse::<i64>().is_err() {
                    return Err(wrong("must be a list of whole numbers"));
                }
                if index > 0 {
                    joined.push(separator);
                }
                joined.push_str(&text);
            }
            Cow::Owned(joined)
        }
        _ => return Err(expected("a list", value)),
    };
    at_most(param, if text.is_empty() { 0 } else { text.split(separator).count() })?;
    Ok(text)
}

fn at_most(param: &Param, count: usize) -> Result<(), Refusal> {
    let most = param.most as usize;
    if most > 0 && count > most {
        return Err((FaultKind::OutOfRange, format!("has {count} elements, at most {most} are allowed")));
    }
    Ok(())
}

fn json_text<'v>(param: &Param, value: &'v Value, kind: JsonKind) -> Result<Cow<'v, str>, Refusal> {
    let text = match value {
        Value::Json(text) | Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::List(_) => Cow::Owned(plain_json(value).ok_or_else(|| expected("JSON", value))?),
        _ => return Err(expected("JSON", value)),
    };
    // The document of one operation says to send an empty string for "none".
    if text.is_empty() {
        return Ok(text);
    }
    let outline = json::outline(text.as_bytes()).map_err(|error| wrong(format!("is not JSON: {error}")))?;
    match (kind, outline) {
        (JsonKind::Any, _) | (JsonKind::Object, json::Outline::Object) => {}
        (JsonKind::Array, json::Outline::Array(count)) => at_most(param, count)?,
        (JsonKind::Array, _) => return Err(wrong("must be a JSON array")),
        (JsonKind::Object, _) => return Err(wrong("must be a JSON object")),
    }
    Ok(text)
}

fn plain_json(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Decimal(number) => Decimal::read(number).map(Decimal::text),
        Value::Text(text) => Some(json::quoted(text)),
        Value::Json(text) => Some(text.clone()),
        Value::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(plain_json).collect();
            items.map(|items| format!("[{}]", items.join(",")))
        }
        Value::File(_) => None,
    }
}

fn plain_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Bool(flag) => Some(Cow::Borrowed(digit(*flag))),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        Value::Decimal(number) => Decimal::read(number).map(|number| Cow::Owned(number.text())),
        Value::Text(text) | Value::Json(text) => Some(Cow::Borrowed(text)),
        Value::List(items) => {
            let items: Option<Vec<Cow<'_, str>>> = items.iter().map(plain_text).collect();
            items.map(|items| Cow::Owned(items.join(",")))
        }
        Value::File(_) => None,
    }
}

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

/// The inverse of [`build`]: reads the decoded pairs of a request (of its
/// query, form or text parts) back into parameters.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`] if a value is not what its parameter takes.
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
    if faults.is_empty() { Ok(received) } else { Err(invalid(operation, faults)) }
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

impl fmt::Debug for Body {
    /// Without the values: they may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Empty => f.write_str("Empty"),
            Body::Form(form) => write!(f, "Form({} bytes)", form.len()),
            Body::Multipart(parts) => f.debug_tuple("Multipart").field(parts).finish(),
        }
    }
}

impl fmt::Debug for PartContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartContent::Text(text) => write!(f, "Text({} bytes)", text.len()),
            PartContent::File(file) => file.fmt(f),
        }
    }
}

impl fmt::Debug for Request {
    /// Without the query and the body: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("url", &address)
            .finish_non_exhaustive()
    }
}

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::civil;
use crate::error::{Error, ErrorKind};
use crate::json::{self, JsonError, Kind, Reason, Scanner};
use crate::operation::{Operation, Param, ParamKind};

/// The value of a parameter, before it is checked and encoded.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// true or false, for parameters that take 1 and 0.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Float(f64),
    /// Text; also the text form of a value of any other kind.
    Text(String),
    /// Several values, joined with commas when they are sent.
    List(Vec<Value>),
    /// A JSON text. It is signed and sent byte for byte as it stands here.
    Json(String),
    /// A file.
    File(File),
}

impl Value {
    /// A JSON parameter, serialized once: the same bytes are signed and sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if the value has no JSON form.
    pub fn json(value: &impl Serialize) -> Result<Value, Error> {
        serde_json::to_string(value).map(Value::Json).map_err(|error| {
            Error::new(ErrorKind::InvalidParameters, "").with_message(format!("a value has no JSON form: {error}"))
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a decimal number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Json(_) => "a JSON value",
            Value::File(_) => "a file",
        }
    }

    /// Reads a JSON value as the value of a parameter of this kind; null is no value.
    fn from_json(raw: &str, kind: Option<ParamKind>) -> Result<Option<Value>, serde_json::Error> {
        if raw == "null" {
            return Ok(None);
        }
        if let Some(ParamKind::Json(_)) = kind
            && !raw.starts_with('"')
        {
            return Ok(Some(Value::Json(raw.to_owned())));
        }
        if kind == Some(ParamKind::File)
            && let Ok(file) = serde_json::from_str::<JsonFile>(raw)
        {
            return Ok(Some(Value::File(file.into())));
        }
        if raw.starts_with('{')
            && let Some(kind @ (ParamKind::Timestamp | ParamKind::Date | ParamKind::DateTime)) = kind
            && let Ok(JsonTime { unix_ms }) = serde_json::from_str(raw)
        {
            let unix = unix_ms.div_euclid(1000);
            return Ok(Some(match kind {
                ParamKind::Date => Value::Text(civil::day(unix)),
                ParamKind::DateTime => Value::Text(civil::moment(unix)),
                _ => Value::Int(unix),
            }));
        }
        Ok(Some(match raw.as_bytes().first() {
            Some(b'"') => Value::Text(serde_json::from_str(raw)?),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'[') => match list(raw)? {
                Some(list) => Value::List(list),
                None => Value::Json(raw.to_owned()),
            },
            Some(b'{') => Value::Json(raw.to_owned()),
            _ => number(raw),
        }))
    }
}

/// A JSON array of scalars as a list; `None` if it holds anything else.
fn list(raw: &str) -> Result<Option<Vec<Value>>, serde_json::Error> {
    let items: Vec<&RawValue> = serde_json::from_str(raw)?;
    items
        .into_iter()
        .map(|item| match item.get().as_bytes().first() {
            Some(b'{' | b'[' | b'n') => Ok(None),
            _ => Value::from_json(item.get(), None),
        })
        .collect()
}

/// A JSON number, exact: what does not fit a type keeps its text.
fn number(raw: &str) -> Value {
    if let Ok(int) = raw.parse() {
        return Value::Int(int);
    }
    let whole = !raw.contains(['.', 'e', 'E']);
    match raw.parse() {
        Ok(float) if !whole => Value::Float(float),
        _ => Value::Text(raw.to_owned()),
    }
}

impl fmt::Debug for Value {
    /// Texts by their length only: they may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Float(value) => value.fmt(f),
            Value::Text(value) => write!(f, "Text({} bytes)", value.len()),
            Value::Json(value) => write!(f, "Json({} bytes)", value.len()),
            Value::List(values) => f.debug_list().entries(values).finish(),
            Value::File(file) => file.fmt(f),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Value {
                $make
            }
        }
    )+};
}

value_from! {
    bool => |value| Value::Bool(value),
    i64 => |value| Value::Int(value),
    i32 => |value| Value::Int(value.into()),
    u32 => |value| Value::Int(value.into()),
    f64 => |value| Value::Float(value),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
    File => |value| Value::File(value),
    Id => |value| value.0,
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

/// An id as the caller has it: a number, or the text that another operation
/// answered with. (The service types room ids both ways.)
#[derive(Debug, Clone, PartialEq)]
pub struct Id(Value);

macro_rules! id_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Id {
            fn from($value: $from) -> Id {
                Id($make)
            }
        }
    )+};
}

id_from! {
    i64 => |value| Value::Int(value),
    i32 => |value| Value::Int(value.into()),
    u32 => |value| Value::Int(value.into()),
    u64 => |value| i64::try_from(value).map_or_else(|_| Value::Text(value.to_string()), Value::Int),
    &i64 => |value| Value::Int(*value),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Int(id) => id.fmt(f),
            Value::Text(id) => id.fmt(f),
            other => f.write_str(other.kind()),
        }
    }
}

/// A file to send. The core does not open it: the executor does.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The file name that the service is told.
    pub name: String,
    /// Its size in bytes, if it is known. It is not sent if it has another one then.
    pub size: Option<u64>,
    /// Where the content is.
    pub source: FileSource,
    /// The byte to begin with: what comes before it is not sent.
    pub offset: u64,
    /// Is told by the executor how far it is sent.
    pub progress: Option<Progress>,
}

/// Is told how far a file is sent. See [`File::with_progress`].
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(u64, u64) + Send + Sync>);

impl Progress {
    /// Tells that all bytes before `position` are sent, of a file of that size.
    pub fn tell(&self, position: u64, size: u64) {
        (self.0)(position, size);
    }
}

impl PartialEq for Progress {
    fn eq(&self, other: &Progress) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Progress {}

/// Where the content of a file is.
#[derive(Clone, PartialEq, Eq)]
pub enum FileSource {
    /// Here.
    Bytes(Arc<[u8]>),
    /// Where the executor finds it by this name; the Rust client takes it for a path.
    Named(String),
}

impl File {
    /// A file whose content is in memory.
    pub fn bytes(name: impl Into<String>, content: impl Into<Arc<[u8]>>) -> File {
        let content = content.into();
        let size = u64::try_from(content.len()).ok();
        File { name: name.into(), size, source: FileSource::Bytes(content), offset: 0, progress: None }
    }

    /// A file on disk, named for the service after its last path segment.
    /// It is opened when the request is sent, and streamed.
    pub fn path(path: impl Into<String>) -> File {
        let path = path.into();
        let name = path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file").to_owned();
        File { name, size: None, source: FileSource::Named(path), offset: 0, progress: None }
    }

    /// Calls this while the file is sent, with the number of bytes that went
    /// out so far and the size. A request that is sent again begins again.
    #[must_use]
    pub fn with_progress(mut self, tell: impl Fn(u64, u64) + Send + Sync + 'static) -> File {
        self.progress = Some(Progress(Arc::new(tell)));
        self
    }

    /// The rest of the file, from this byte on.
    #[must_use]
    pub fn starting_at(mut self, offset: u64) -> File {
        self.offset = offset;
        self
    }
}

impl From<&str> for File {
    /// The file at this path.
    fn from(path: &str) -> File {
        File::path(path)
    }
}

impl From<String> for File {
    /// The file at this path.
    fn from(path: String) -> File {
        File::path(path)
    }
}

/// A point in time as hosts in other languages give it: milliseconds since 1970 in UTC.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonTime {
    unix_ms: i64,
}

/// A file as hosts in other languages name it: they keep the content.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JsonFile {
    name: String,
    #[serde(default)]
    size: Option<u64>,
    /// What the host finds the content by.
    source: String,
}

impl From<JsonFile> for File {
    fn from(file: JsonFile) -> File {
        File { name: file.name, size: file.size, ..File::path(file.source) }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("name", &self.name).field("size", &self.size).finish_non_exhaustive()
    }
}

/// The parameters of one call. Setting a name again replaces its value.
#[derive(Clone, Default, PartialEq)]
pub struct Params {
    values: Vec<(Cow<'static, str>, Value)>,
    extra: Vec<(String, Value)>,
}

impl Params {
    /// No parameters.
    pub fn new() -> Params {
        Params::default()
    }

    /// Sets a parameter that the operation describes.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> &mut Params {
        let (name, value) = (name.into(), value.into());
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = value,
            None => self.values.push((name, value)),
        }
        self
    }

    /// Sets a parameter that the description lacks; it is sent unchecked.
    pub fn set_extra(&mut self, name: impl Into<String>, value: impl Into<Value>) -> &mut Params {
        let (name, value) = (name.into(), value.into());
        match self.extra.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = value,
            None => self.extra.push((name, value)),
        }
        self
    }

    /// The value of a described parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The described parameters in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The extra parameters in the order in which they were set.
    pub fn extra(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.extra.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Reads the parameters of an operation from a JSON object. A member that
    /// is null is not given. What is given for a JSON parameter is kept byte
    /// for byte. A file is an object with `name`, `source` (what the executor
    /// finds it by) and maybe `size`. A timestamp, day or moment may be an
    /// object with `unix_ms`, milliseconds since 1970; days and moments are
    /// those of the service's time zone, UTC+8.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if it is not a JSON object.
    pub fn from_json(operation: &Operation, json: &str) -> Result<Params, Error> {
        let mut params = Params::new();
        members(operation, json, |Member { name, raw, .. }| {
            let param = operation.param(&name);
            if let Some(value) = read(operation, raw, param)? {
                match param {
                    Some(param) => params.set(param.name, value),
                    None => params.set(name.into_owned(), value),
                };
            }
            Ok(())
        })?;
        Ok(params)
    }
}

impl fmt::Debug for Params {
    /// Names only: values may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().chain(self.extra()).map(|(name, _)| name)).finish()
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<Value>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Params {
        let mut params = Params::new();
        for (name, value) in pairs {
            params.set(name, value);
        }
        params
    }
}

/// A member of a JSON object of parameters.
pub(crate) struct Member<'j> {
    pub(crate) name: Cow<'j, str>,
    /// The value as it is written.
    pub(crate) raw: &'j str,
    /// What a text without escapes or a whole number is signed and sent as, if it is one.
    pub(crate) plain: Option<&'j str>,
}

/// Reads the members of a JSON object of parameters one after the other.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`] if it is not a JSON object, and what `take` fails with.
pub(crate) fn members<'j>(
    operation: &Operation,
    json: &'j str,
    mut take: impl FnMut(Member<'j>) -> Result<(), Error>,
) -> Result<(), Error> {
    let unlike = |error: JsonError| not_object(operation, &error);
    let mut scanner = Scanner::of(json);
    scanner.expect(b'{').map_err(unlike)?;
    if !scanner.eat(b'}') {
        loop {
            take(member(&mut scanner, json).map_err(unlike)?)?;
            if !scanner.eat(b',') {
                scanner.expect(b'}').map_err(unlike)?;
                break;
            }
        }
    }
    scanner.end().map_err(unlike)
}

fn member<'j>(scanner: &mut Scanner<'j>, json: &'j str) -> json::Result<Member<'j>> {
    scanner.skip_space();
    let start = scanner.pos();
    scanner.string()?;
    let name = json.get(start..scanner.pos()).unwrap_or_default();
    let name = match unescaped(scanner, name) {
        Some(name) => Cow::Borrowed(name),
        None => {
            let name = serde_json::from_str(name);
            Cow::Owned(name.map_err(|_| JsonError { reason: Reason::Encoding, offset: start })?)
        }
    };
    scanner.expect(b':')?;
    let kind = scanner.kind()?;
    let start = scanner.pos();
    let whole = match kind {
        Kind::Number => scanner.number()?.whole,
        _ => {
            scanner.skip(0)?;
            false
        }
    };
    let raw = json.get(start..scanner.pos()).unwrap_or_default();
    let plain = match kind {
        Kind::Text => unescaped(scanner, raw),
        // Nothing longer than every 64-bit number, and no other way to write 0.
        _ => Some(raw).filter(|raw| whole && raw.len() < 19 && *raw != "-0"),
    };
    Ok(Member { name, raw, plain })
}

/// What stands between the quotes of the text that was just passed, if it has no escapes.
fn unescaped<'j>(scanner: &mut Scanner<'j>, raw: &'j str) -> Option<&'j str> {
    if scanner.take_escape_seen() { None } else { raw.strip_prefix('"')?.strip_suffix('"') }
}

/// The value of a parameter from JSON; null is no value.
pub(crate) fn read(operation: &Operation, raw: &str, param: Option<&Param>) -> Result<Option<Value>, Error> {
    Value::from_json(raw, param.map(|param| param.kind)).map_err(|error| not_object(operation, &error))
}

fn not_object(operation: &Operation, error: &dyn fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
        .with_message(format!("the parameters are not a JSON object: {error}"))
}

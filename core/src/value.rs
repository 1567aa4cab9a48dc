use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::civil;
use crate::decimal;
use crate::error::{Error, ErrorKind};
use crate::json::{self, JsonError, Member, Members, needed};
use crate::media;
use crate::operation::{Operation, Param, ParamKind};

/// The value of a parameter, before it is checked and encoded.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// true or false, for parameters that take 1 and 0.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number in digits, such as `9.9`.
    Decimal(String),
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
            Value::Decimal(_) => "a decimal number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Json(_) => "a JSON value",
            Value::File(_) => "a file",
        }
    }

    /// Reads a JSON value as the value of a parameter of this kind; null is no value.
    fn from_json(raw: &str, kind: Option<ParamKind>) -> Result<Option<Value>, JsonError> {
        if raw == "null" {
            return Ok(None);
        }
        if let Some(ParamKind::Json(_)) = kind
            && !raw.starts_with('"')
        {
            return Ok(Some(Value::Json(raw.to_owned())));
        }
        if kind == Some(ParamKind::File)
            && let Ok(file) = json::Object::read(raw).and_then(File::from_json)
        {
            return Ok(Some(Value::File(file)));
        }
        let may_be_time = matches!(
            kind,
            None | Some(ParamKind::Timestamp | ParamKind::Date | ParamKind::DateOrZero | ParamKind::DateTime)
        );
        if may_be_time
            && raw.starts_with('{')
            && let Ok(unix) = unix_seconds(raw)
        {
            return Ok(Some(Value::Int(unix)));
        }
        Ok(Some(match raw.as_bytes().first() {
            Some(b'"') => Value::Text(json::text(raw)?.into_owned()),
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
fn list(raw: &str) -> Result<Option<Vec<Value>>, JsonError> {
    json::items(raw)?
        .into_iter()
        .map(|item| match item.as_bytes().first() {
            Some(b'{' | b'[' | b'n') => Ok(None),
            _ => Value::from_json(item, None),
        })
        .collect()
}

/// A JSON number, exact: what does not fit a type keeps its text.
fn number(raw: &str) -> Value {
    if let Ok(int) = raw.parse() {
        return Value::Int(int);
    }
    let whole = !raw.contains(['.', 'e', 'E']);
    match decimal::plain(raw) {
        Some(number) if !whole => Value::Decimal(number),
        _ => Value::Text(raw.to_owned()),
    }
}

/// A point in time as hosts in other languages give it: milliseconds since 1970 in UTC.
fn unix_seconds(raw: &str) -> Result<i64, String> {
    let mut time = json::Object::read(raw)?;
    let unix_ms: i64 = needed("unix_ms", time.number("unix_ms")?)?;
    time.finish()?;
    Ok(unix_ms.div_euclid(1000))
}

impl fmt::Debug for Value {
    /// Texts by their length only: they may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Decimal(value) => f.write_str(value),
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
    i16 => |value| Value::Int(value.into()),
    i8 => |value| Value::Int(value.into()),
    u32 => |value| Value::Int(value.into()),
    u16 => |value| Value::Int(value.into()),
    u8 => |value| Value::Int(value.into()),
    u64 => |value| unsigned(value),
    usize => |value| unsigned(value),
    &i64 => |value| Value::Int(*value),
    f32 => |value| Value::Decimal(value.to_string()),
    f64 => |value| Value::Decimal(value.to_string()),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
    File => |value| Value::File(value),
    Id => |value| value.0,
    Time => |value| value.0,
    SystemTime => |value| Time::from(value).0,
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value> + Clone> From<&[T]> for Value {
    fn from(values: &[T]) -> Value {
        values.to_vec().into()
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(values: [T; N]) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

/// One that is too large for the type is told as text.
fn unsigned<N: ToString + Copy>(number: N) -> Value
where
    i64: TryFrom<N>,
{
    i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
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
    u64 => |value| unsigned(value),
    usize => |value| unsigned(value),
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

/// A point in time as the caller has it. The service gets it as it wants it in that place: unix seconds, or the day or
/// the moment in Beijing (UTC+8).
///
/// | from | meant is |
/// |---|---|
/// | `i64` | unix seconds, no milliseconds |
/// | a text | `2026-11-28` (midnight), `2026-11-28 08:00`, `2026-11-28 08:00:00` in Beijing; with an offset ISO 8601, such as `2026-11-28T00:00:00Z`; or digits as above |
/// | [`SystemTime`] | that moment |
/// | with the feature `jiff` | `Timestamp`, `Zoned`, and in Beijing `civil::DateTime` and `civil::Date` |
///
/// What is no time is refused when the call begins, with [`ErrorKind::InvalidParameters`].
#[derive(Debug, Clone, PartialEq)]
pub struct Time(Value);

// No other whole numbers: so a literal needs no type.
macro_rules! time_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Time {
            fn from($value: $from) -> Time {
                Time($make)
            }
        }
    )+};
}

time_from! {
    i64 => |value| Value::Int(value),
    &i64 => |value| Value::Int(*value),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
    SystemTime => |value| Value::Int(unix(value)),
}

#[cfg(feature = "jiff")]
time_from! {
    jiff::Timestamp => |value| Value::Int(value.as_second()),
    jiff::Zoned => |value| Value::Int(value.timestamp().as_second()),
    &jiff::Zoned => |value| Value::Int(value.timestamp().as_second()),
    jiff::civil::DateTime => |value| Value::Text(value.to_string()),
    jiff::civil::Date => |value| Value::Text(value.to_string()),
}

impl Time {
    /// That moment; `None` if it is no time.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let unix = match &self.0 {
            Value::Int(unix) => *unix,
            Value::Text(text) => civil::read(text).or_else(|| text.parse().ok())?,
            _ => return None,
        };
        let seconds = Duration::from_secs(unix.unsigned_abs());
        if unix < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) }
    }
}

/// The second that a moment is in.
fn unix(time: SystemTime) -> i64 {
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => seconds(since),
        Err(before) => -seconds(before.duration()) - i64::from(before.duration().subsec_nanos() > 0),
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
    /// What of it is sent, if not all. Only the upload of a video goes in chunks.
    pub chunk: Option<Chunk>,
    /// Is told by the executor how far it is sent.
    pub progress: Option<Progress>,
}

/// A part of a file that is sent by itself, with its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its first byte, counted from 0.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
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
    /// On disk, at a path that is no text.
    Path(PathBuf),
}

impl FileSource {
    /// Where it is on disk; `None` if the content is here.
    pub fn path(&self) -> Option<&Path> {
        match self {
            FileSource::Bytes(_) => None,
            FileSource::Named(name) => Some(Path::new(name)),
            FileSource::Path(path) => Some(path),
        }
    }
}

impl File {
    /// A file whose content is in memory.
    pub fn bytes(name: impl Into<String>, content: impl Into<Arc<[u8]>>) -> File {
        let content = content.into();
        let size = u64::try_from(content.len()).ok();
        File { name: name.into(), size, source: FileSource::Bytes(content), chunk: None, progress: None }
    }

    /// A file on disk, named for the service after its last path segment.
    /// It is opened when the request is sent, and streamed.
    pub fn path(path: impl Into<String>) -> File {
        let path = path.into();
        let name = path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file").to_owned();
        File { name, size: None, source: FileSource::Named(path), chunk: None, progress: None }
    }

    /// A file as hosts in other languages name it: they keep the content, and find it by its source.
    pub(crate) fn from_json(mut file: json::Object<'_>) -> Result<File, String> {
        let (name, size) = (needed("name", file.text("name")?)?, file.number("size")?);
        let source = needed("source", file.text("source")?)?;
        file.finish()?;
        Ok(File { name, size, ..File::path(source) })
    }

    /// Calls this while the file is sent, with the number of bytes that went
    /// out so far and the size. A request that is sent again begins again.
    #[must_use]
    pub fn with_progress(mut self, tell: impl Fn(u64, u64) + Send + Sync + 'static) -> File {
        self.progress = Some(Progress(Arc::new(tell)));
        self
    }

    /// So many bytes of the file from this byte on, counted from 0. Its [`File::size`] has to be known.
    #[must_use]
    pub fn chunk(mut self, offset: u64, length: u64) -> File {
        self.chunk = Some(Chunk { offset, length });
        self
    }

    /// The header `content-range` that a chunk is sent with, as the service counts: from 1, and both ends belong to it.
    /// `bytes 1-500/2000` are the first 500 bytes of 2000.
    pub fn content_range(&self) -> Option<String> {
        let (Chunk { offset, length }, size) = (self.chunk?, self.size?);
        Some(format!("bytes {}-{}/{size}", offset.checked_add(1)?, offset.checked_add(length)?))
    }
}

impl File {
    /// The content type of the part that it is sent as, told by the ending of its name.
    pub fn content_type(&self) -> &'static str {
        media::content_type(&self.name)
    }

    /// Its name as it may stand between quotes in a header: quotes and line breaks are encoded as browsers do, other
    /// control characters are left out.
    pub fn quotable_name(&self) -> String {
        media::quotable(&self.name)
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

impl From<&String> for File {
    /// The file at this path.
    fn from(path: &String) -> File {
        File::path(path.as_str())
    }
}

impl From<&Path> for File {
    /// The file at this path.
    fn from(path: &Path) -> File {
        match path.to_str() {
            Some(text) => File::path(text),
            None => File { source: FileSource::Path(path.to_owned()), ..File::path(path.to_string_lossy()) },
        }
    }
}

impl From<PathBuf> for File {
    /// The file at this path.
    fn from(path: PathBuf) -> File {
        File::from(path.as_path())
    }
}

impl From<&PathBuf> for File {
    /// The file at this path.
    fn from(path: &PathBuf) -> File {
        File::from(path.as_path())
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
    values: Named,
    extra: Named,
}

/// Values by name, in the order in which they were set.
#[derive(Clone, Default)]
struct Named {
    values: Vec<(Cow<'static, str>, Value)>,
    /// Where each stands, as soon as there are too many to look through them.
    places: FxHashMap<Cow<'static, str>, usize>,
}

/// So many are looked through.
const FEW: usize = 64;

impl Named {
    fn set(&mut self, name: Cow<'static, str>, value: Value) {
        match self.place(&name).and_then(|place| self.values.get_mut(place)) {
            Some(slot) => slot.1 = value,
            None => {
                if self.values.len() == FEW {
                    let places = self.values.iter().enumerate().map(|(place, (name, _))| (name.clone(), place));
                    self.places.extend(places);
                }
                if self.values.len() >= FEW {
                    self.places.insert(name.clone(), self.values.len());
                }
                self.values.push((name, value));
            }
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        if self.places.is_empty() {
            return self.values.iter().position(|(known, _)| known == name);
        }
        self.places.get(name).copied()
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        self.values == other.values
    }
}

impl Params {
    /// No parameters.
    pub fn new() -> Params {
        Params::default()
    }

    /// Sets a parameter that the operation describes.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> &mut Params {
        self.values.set(name.into(), value.into());
        self
    }

    /// Sets a parameter that the description lacks; it is sent unchecked.
    pub fn set_extra(&mut self, name: impl Into<String>, value: impl Into<Value>) -> &mut Params {
        self.extra.set(Cow::Owned(name.into()), value.into());
        self
    }

    /// The value of a described parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.values.get(self.values.place(name)?).map(|(_, value)| value)
    }

    /// The described parameters in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter()
    }

    /// The extra parameters in the order in which they were set.
    pub fn extra(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.extra.iter()
    }

    /// Reads the parameters of an operation from a JSON object; an empty text
    /// stands for none, and records are read as well (see
    /// [`Host::begin`](crate::host::Host::begin)). A member that
    /// is null is not given. What is given for a JSON parameter is kept byte
    /// for byte. A file is an object with `name`, `source` (what the executor
    /// finds it by) and maybe `size`. A time may be an object with `unix_ms`,
    /// milliseconds since 1970. So may what the operation does not describe,
    /// which is sent as unix seconds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if it is none of these, or if a name has two values: one would be lost
    /// without a word.
    pub fn from_json(operation: &Operation, json: &str) -> Result<Params, Error> {
        let mut params = Params::new();
        members(operation, json, |Member { name, raw, .. }| {
            if params.get(&name).is_some() {
                let message = format!("{name} is given twice");
                return Err(Error::new(ErrorKind::InvalidParameters, operation.name.as_ref()).with_message(message));
            }
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

/// Reads the members of a JSON object of parameters one after the other.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`] if it is not a JSON object, and what `take` fails with.
pub(crate) fn members<'j>(
    operation: &Operation,
    json: &'j str,
    mut take: impl FnMut(Member<'j>) -> Result<(), Error>,
) -> Result<(), Error> {
    Members::of(json).try_for_each(|member| take(member.map_err(|error| not_object(operation, error))?))
}

/// The value of a parameter from JSON; null is no value.
pub(crate) fn read(operation: &Operation, raw: &str, param: Option<&Param>) -> Result<Option<Value>, Error> {
    Value::from_json(raw, param.map(|param| param.kind)).map_err(|error| not_object(operation, error))
}

fn not_object(operation: &Operation, error: JsonError) -> Error {
    Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
        .with_message(format!("the parameters are not a JSON object: {error}"))
}

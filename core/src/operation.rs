//! The table of operations, generated from `api/*.yaml`.

pub(crate) mod table;
mod unknown;

use std::borrow::Cow;
use std::ops::Deref;

use crate::error::Error;
use table::{ENTRIES, OPERATIONS};
use unknown::unknown;

/// One operation of the service.
///
/// Titles, descriptions and examples are not here but in `api/` and in the
/// reference: this table is what is needed to build a request and to read its
/// answer, and it must stay small enough for a browser.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name, `resource.method`, for example `room.create`.
    pub name: Cow<'static, str>,
    /// The HTTP method that is sent. Where the documents allow GET and POST it
    /// is POST, which keeps parameters out of access logs.
    pub method: Method,
    /// The path on the host, for example `/openapi/room/create`.
    pub path: Cow<'static, str>,
    /// How the path is known.
    pub path_source: PathSource,
    /// Where the operation is served.
    pub host: Host,
    /// Whether the call carries timestamp and sign.
    pub signed: bool,
    /// Whether it only reads and so is safe to repeat.
    pub read_only: bool,
    /// Its parameters, without the common ones.
    pub params: &'static [Param],
    /// Groups of parameters of which at least one must be given.
    pub any_of: &'static [&'static [&'static str]],
    /// Whether parameters outside `params` are taken without being named as extra.
    pub open: bool,
    /// The `code` that means success: 0, but 1 for a file upload.
    pub success: i64,
    /// Where the data of the answer stand.
    pub data: DataPlace,
    /// What the data look like.
    pub shape: Shape,
    /// How lists are paged, if this operation answers with one.
    pub paging: Option<Paging>,
    /// Limits on top of the account's 200 requests per 10 s.
    pub limits: &'static [Limit],
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET: parameters go into the query.
    Get,
    /// POST: parameters go into the body.
    Post,
}

impl Method {
    /// `GET` or `POST`.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// How a path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathSource {
    /// Printed whole in a document of the vendor.
    Seed,
    /// Named for this operation by public code or pages.
    Public,
    /// A guess from the naming convention: the documents cut the address off.
    Inferred,
    /// There is no fixed path: the caller gives the address.
    None,
    /// Set by the caller in place of the table's.
    Set,
}

impl PathSource {
    /// `seed`, `public`, `inferred`, `none` or `set`.
    pub fn as_str(self) -> &'static str {
        match self {
            PathSource::Seed => "seed",
            PathSource::Public => "public",
            PathSource::Inferred => "inferred",
            PathSource::None => "none",
            PathSource::Set => "set",
        }
    }
}

/// Where an operation is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// On the account's own host, `{domain}.at.baijiayun.com`.
    Account,
    /// On this host, whatever the account.
    Fixed(&'static str),
    /// At the address that this parameter holds (an upload address).
    Given(&'static str),
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether the service refuses the call without it.
    pub required: bool,
    /// What it takes.
    pub kind: ParamKind,
    /// Smallest number allowed, or `i64::MIN`.
    pub min: i64,
    /// Largest number allowed, or `i64::MAX`.
    pub max: i64,
    /// Most characters or, for lists and JSON arrays, most elements; 0 = not stated.
    pub most: u32,
    /// Whether the value is a key or a password and must never be shown.
    pub secret: bool,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// A whole number.
    Int,
    /// A whole number that is 0 for no and 1 for yes; takes booleans as well.
    Flag,
    /// Unix time in seconds.
    Timestamp,
    /// A decimal number, with this many decimals if the document says so.
    Float(Option<u8>),
    /// Text.
    Text,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A day, or `0`, which the document names as the default.
    DateOrZero,
    /// A moment, `YYYY-MM-DD HH:MM:SS`, in the service's own time zone (UTC+8).
    DateTime,
    /// Several values in one text, joined by the separator.
    List {
        /// Whether the elements are whole numbers.
        ints: bool,
        /// What stands between two elements.
        separator: char,
    },
    /// A JSON text; the kind of its outermost value if the documents say so.
    Json(JsonKind),
    /// A file, sent as a part of a multipart body and not signed.
    File,
}

/// The outermost value of a JSON parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// Not stated.
    Any,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// Where the data of an answer stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataPlace {
    /// In the envelope's member `data`.
    Envelope,
    /// Beside `code` and `msg`, at the top level.
    TopLevel,
}

/// What a value in an answer looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Not known; passed through as it comes.
    Any,
    /// Nothing.
    Null,
    /// A whole number that counts or chooses.
    Int,
    /// A whole number that identifies (64 bits).
    Id,
    /// A decimal number.
    Float,
    /// true or false.
    Bool,
    /// Text.
    Text,
    /// A list.
    Array(&'static Shape),
    /// Values by key.
    Map(&'static Shape),
    /// Named members.
    Object(&'static [Field]),
}

impl Shape {
    /// What the shape is called in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Shape::Any => "any",
            Shape::Null => "null",
            Shape::Int | Shape::Id => "int",
            Shape::Float => "float",
            Shape::Bool => "bool",
            Shape::Text => "string",
            Shape::Array(_) => "array",
            Shape::Map(_) => "map",
            Shape::Object(_) => "object",
        }
    }
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether it may be missing.
    pub need: Need,
}

impl Field {
    /// Whether typed data always have it: a list or map that may be missing is empty then.
    pub(crate) fn is_filled(&self) -> bool {
        self.need != Need::Optional || matches!(self.shape, Shape::Array(_) | Shape::Map(_))
    }
}

/// Whether a member of an object may be missing or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may: a document says so, or an example shows it.
    Optional,
    /// It may not. Where it does all the same, its type's empty value stands for it.
    Required,
    /// It may not. As 0 is one of its listed values, -1 stands for it.
    Choice,
}

/// How a list is paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The parameter that holds the number of rows per page: `page_size` or `limit`.
    pub size_param: &'static str,
    /// Where the rows stand in the data, dotted; empty if the data are the rows.
    pub list: &'static str,
    /// Where the total stands in the data, dotted; empty if there is none.
    pub total: &'static str,
}

/// A limit on how often an operation may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many calls
    pub count: u32,
    /// in how many seconds.
    pub seconds: u32,
    /// What the calls are counted by.
    pub per: LimitScope,
}

/// What a limit counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitScope {
    /// The account.
    Account,
    /// The room (within the account).
    Room,
}

impl Operation {
    /// An operation that this SDK does not describe, by its path: every
    /// parameter is taken and the answer is passed through as it comes.
    pub fn raw(method: Method, path: impl Into<String>) -> Operation {
        let path = path.into();
        Operation {
            name: Cow::Owned(path.clone()),
            method,
            path: Cow::Owned(path),
            path_source: PathSource::None,
            host: Host::Account,
            signed: true,
            read_only: false,
            params: &[],
            any_of: &[],
            open: true,
            success: 0,
            data: DataPlace::Envelope,
            shape: Shape::Any,
            paging: None,
            limits: &[],
        }
    }

    /// Whether it was made by [`Operation::raw`].
    pub(crate) fn is_raw(&self) -> bool {
        self.path_source == PathSource::None && self.host == Host::Account
    }

    /// The parameter of that name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }
}

/// An operation as calls hold it: one of the table, or one that was made for the call. (A `Cow` would have
/// the size of an operation, and calls are moved about.)
pub(crate) enum Held {
    Table(&'static Operation),
    Made(Box<Operation>),
}

impl Deref for Held {
    type Target = Operation;

    fn deref(&self) -> &Operation {
        match self {
            Held::Table(operation) => operation,
            Held::Made(operation) => operation,
        }
    }
}

/// Finds parameters by name, soonest in the order of the table, which most callers keep.
pub(crate) struct Lookup {
    params: &'static [Param],
    /// The one after the one that was found last.
    next: usize,
}

impl Lookup {
    pub(crate) fn new(operation: &Operation) -> Lookup {
        Lookup { params: operation.params, next: 0 }
    }

    pub(crate) fn find(&mut self, name: &str) -> Option<&'static Param> {
        let (before, after) = self.params.split_at_checked(self.next)?;
        let position = |params: &[Param]| params.iter().position(|param| param.name == name);
        match position(after) {
            Some(steps) => self.next += steps + 1,
            None => self.next = position(before)? + 1,
        }
        self.params.get(self.next - 1)
    }
}

/// All operations, sorted by name.
pub fn all() -> &'static [Operation] {
    &OPERATIONS
}

/// The operation of that name, for example `room.create`.
///
/// # Errors
/// [`ErrorKind::UnknownOperation`](crate::ErrorKind::UnknownOperation), with the names that come closest.
pub fn find(name: &str) -> Result<&'static Operation, Error> {
    ENTRIES.get(name).and_then(table::Entry::operation).ok_or_else(|| unknown(name))
}

//! The table of callbacks, generated from `api/callbacks.yaml`.

use std::sync::LazyLock;

use crate::error::{Error, ErrorKind};
use crate::json::quoted;
use crate::operation::Field;
use crate::operation::table::{field, named as names, paragraphs};

/// In the order of the documents; read at first use.
static CALLBACKS: LazyLock<Vec<Callback>> =
    LazyLock::new(|| paragraphs(include_str!("../generated/callbacks.txt"), callback).unwrap_or_default());

/// One kind of callback.
#[derive(Debug)]
pub struct Callback {
    /// Its name, for example `class_event`.
    pub name: &'static str,
    /// What is posted, `sign` aside. A field whose shape is an array or an
    /// object is posted as JSON text.
    pub fields: &'static [Field],
    /// By what it is told from the others: any of these lists will do. A mark is
    /// a field that is there and not empty (`op`), or one with that value (`type=quiz`).
    pub told_by: &'static [&'static [&'static str]],
    /// Whether the documents print it as JSON, and not as a form.
    pub json: bool,
}

/// All callbacks, in the order of the documents.
pub fn all() -> &'static [Callback] {
    &CALLBACKS
}

/// The callback of that name.
pub fn find(name: &str) -> Option<&'static Callback> {
    CALLBACKS.iter().find(|callback| callback.name == name)
}

/// The callback of that name, or why there is none.
///
/// # Errors
/// [`ErrorKind::UnknownOperation`].
pub(crate) fn named(name: &str) -> Result<&'static Callback, Error> {
    find(name).ok_or_else(|| {
        Error::new(ErrorKind::UnknownOperation, name)
            .with_message(format!("there is no callback named {}", quoted(name)))
    })
}

/// The callback that has the marks of one; nothing in a post names its kind.
///
/// Marks are what cannot be missing: a field that a document calls required may
/// be (one printed example lacks one). Of several callbacks it is the one with
/// the stronger marks: a value tells more than a field that is there, and two
/// fields more than one; then the one of which most fields are found.
pub(super) fn recognise<'p>(posted: impl Fn(&str) -> Option<&'p str>) -> Option<&'static Callback> {
    let stands = |mark: &&str| match mark.split_once('=') {
        Some((name, value)) => posted(name) == Some(value),
        None => posted(mark).is_some_and(|text| !text.is_empty()),
    };
    let strength = |marks: &&[&str]| (marks.iter().filter(|mark| mark.contains('=')).count(), marks.len());
    let marks = |callback: &Callback| {
        callback.told_by.iter().copied().filter(|marks| marks.iter().all(&stands)).map(|marks| strength(&marks)).max()
    };
    let fields = |callback: &Callback| callback.fields.iter().filter(|field| posted(field.name).is_some()).count();
    // The first of several equals: `max_by_key` takes the last.
    let told = CALLBACKS.iter().rev().filter_map(|callback| Some((marks(callback)?, callback)));
    told.max_by_key(|(marks, callback)| (*marks, fields(callback))).map(|(_, callback)| callback)
}

/// Reads a paragraph: the callback's name, then its fields. `None` if a word is not understood.
fn callback(text: &'static str) -> Option<Callback> {
    let mut words = text.split_ascii_whitespace();
    let name = words.next()?;
    let mut fields: Vec<Field> = Vec::new();
    let mut told_by = Vec::new();
    let mut json = false;
    while let Some(word) = words.next() {
        match word {
            "field" => fields.push(field(words.next()?, &mut words)?),
            "told_by" => told_by.push(names(words.next()?)),
            "json" => json = true,
            _ => return None,
        }
    }
    Some(Callback { name, fields: fields.leak(), told_by: told_by.leak(), json })
}

//! The table of callbacks, generated from `api/callbacks.yaml`.

use std::sync::LazyLock;

use crate::operation::Field;
use crate::operation::table::{named, paragraphs, shape};

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
    /// The fields that the document says are always there.
    pub required: &'static [&'static str],
    /// The values that the document lists, by field.
    pub known: &'static [(&'static str, &'static [&'static str])],
}

/// All callbacks, in the order of the documents.
pub fn all() -> &'static [Callback] {
    &CALLBACKS
}

/// The callback of that name.
pub fn find(name: &str) -> Option<&'static Callback> {
    CALLBACKS.iter().find(|callback| callback.name == name)
}

/// The callback that has these fields; nothing in a post names its kind.
///
/// All required fields must be there. Where the document lists a single value
/// for a field, that value alone tells (one printed example lacks a required
/// field), and another one excludes. Of several callbacks it is the one of
/// which most fields and listed values are found.
pub(super) fn recognise<'p>(posted: impl Fn(&str) -> Option<&'p str>) -> Option<&'static Callback> {
    let found = |callback: &Callback| {
        let fields = callback.fields.iter().filter(|field| posted(field.name).is_some()).count();
        let values = callback.known.iter().filter(|(field, values)| posted(field).is_some_and(|v| values.contains(&v)));
        fields + values.count()
    };
    let fits = |callback: &&Callback| {
        let constant = callback.known.iter().find_map(|(field, values)| match values {
            [only] => posted(field).map(|value| value == *only),
            _ => None,
        });
        constant.unwrap_or_else(|| {
            !callback.required.is_empty() && callback.required.iter().all(|field| posted(field).is_some())
        })
    };
    // The first of several equals: `max_by_key` takes the last.
    CALLBACKS.iter().rev().filter(fits).max_by_key(|callback| found(callback))
}

/// Reads a paragraph: the callback's name, then its fields. `None` if a word is not understood.
fn callback(text: &'static str) -> Option<Callback> {
    let mut words = text.split_ascii_whitespace();
    let name = words.next()?;
    let mut fields: Vec<Field> = Vec::new();
    let mut required = Vec::new();
    let mut known = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "field" => fields.push(Field { name: words.next()?, shape: shape(&mut words)? }),
            "required" => required.push(fields.last()?.name),
            "known" => known.push((fields.last()?.name, named(words.next()?))),
            _ => return None,
        }
    }
    Some(Callback { name, fields: fields.leak(), required: required.leak(), known: known.leak() })
}

//! Reads the generated text of the table.
//!
//! A text is a tenth of the size of the same table as Rust structs, most of
//! which would be pointers (docs/decisions/0010). It is words and white space.
//! Every operation begins with `#`: its name, the method, the path (`-`: none)
//! and how the path is known, and then in any order
//!
//! | words | meaning |
//! |---|---|
//! | `reads`, `unsigned` | it only reads; it is not signed |
//! | `host H`, `address P` | where it is served, if not on the account's host: there, or at the address in parameter P |
//! | `success N` | the code that means success |
//! | `param P KIND` | a parameter, about which the next words say more: `required`, `secret`, `min N`, `max N`, `most N`, `decimals N` |
//! | `any_of P,P` | of these at least one must be given |
//! | `data SHAPE`, `top SHAPE` | what the data look like, in the envelope's member or beside `code` |
//! | `paging P LIST TOTAL` | how lists are paged; `-` is the data itself, or no total |
//! | `limit N SECONDS SCOPE` | so many calls in so many seconds |
//!
//! A shape is a word such as `int`, or `array SHAPE`, `map SHAPE`, `{ NAME SHAPE … }`. Members are required, but for
//! `NAME?`; of `NAME!` 0 is a listed value.

use std::borrow::Cow;
use std::str::{FromStr, SplitAsciiWhitespace};
use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::{
    DataPlace, Field, Host, JsonKind, Limit, LimitScope, Method, Need, Operation, Paging, Param, ParamKind, PathSource,
    Shape,
};

type Words = SplitAsciiWhitespace<'static>;

/// All operations, sorted by name. A program that only calls never reads all of them.
pub(super) static OPERATIONS: LazyLock<Vec<Operation>> =
    LazyLock::new(|| paragraphs(TEXT, operation).unwrap_or_default());

/// The same by name. Each is read when it is first asked for: the first call of a process need not wait for the others.
pub(super) static ENTRIES: LazyLock<FxHashMap<&str, Entry>> =
    LazyLock::new(|| paragraphs(TEXT, |text| Some(Entry::of(text))).unwrap_or_default().into_iter().collect());

const TEXT: &str = include_str!("../generated/operations.txt");

/// An operation that may not have been read yet.
pub(super) struct Entry {
    text: &'static str,
    operation: OnceLock<Option<Operation>>,
}

impl Entry {
    /// With its name.
    fn of(text: &'static str) -> (&'static str, Entry) {
        let name = text.split_ascii_whitespace().next().unwrap_or_default();
        (name, Entry { text, operation: OnceLock::new() })
    }

    pub(super) fn operation(&self) -> Option<&Operation> {
        self.operation.get_or_init(|| operation(self.text)).as_ref()
    }
}

/// Reads what follows the first line, paragraph by paragraph. One that is not understood makes
/// it `None`: better no table, which no test can miss, than one that lacks something.
pub(crate) fn paragraphs<T>(text: &'static str, read: fn(&'static str) -> Option<T>) -> Option<Vec<T>> {
    text.split('#').skip(2).map(read).collect()
}

fn operation(text: &'static str) -> Option<Operation> {
    let mut words = text.split_ascii_whitespace();
    let mut operation = Operation {
        name: Cow::Borrowed(words.next()?),
        method: method(words.next()?)?,
        path: Cow::Borrowed(optional(words.next()?)),
        path_source: path_source(words.next()?)?,
        open: false,
        ..Operation::raw(Method::Post, "")
    };
    let mut params: Vec<Param> = Vec::new();
    let mut any_of = Vec::new();
    let mut limits = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "reads" => operation.read_only = true,
            "unsigned" => operation.signed = false,
            "host" => operation.host = Host::Fixed(words.next()?),
            "address" => operation.host = Host::Given(words.next()?),
            "success" => operation.success = number(&mut words)?,
            "param" => params.push(param(&mut words)?),
            "required" => params.last_mut()?.required = true,
            "secret" => params.last_mut()?.secret = true,
            "min" => params.last_mut()?.min = number(&mut words)?,
            "max" => params.last_mut()?.max = number(&mut words)?,
            "most" => params.last_mut()?.most = number(&mut words)?,
            "decimals" => params.last_mut()?.kind = ParamKind::Float(Some(number(&mut words)?)),
            "any_of" => any_of.push(named(words.next()?)),
            "data" => operation.shape = shape(&mut words)?,
            "top" => {
                operation.data = DataPlace::TopLevel;
                operation.shape = shape(&mut words)?;
            }
            "paging" => {
                operation.paging = Some(Paging {
                    size_param: words.next()?,
                    list: optional(words.next()?),
                    total: optional(words.next()?),
                });
            }
            "limit" => limits.push(Limit {
                count: number(&mut words)?,
                seconds: number(&mut words)?,
                per: limit_scope(words.next()?)?,
            }),
            _ => return None,
        }
    }
    Some(Operation { params: params.leak(), any_of: any_of.leak(), limits: limits.leak(), ..operation })
}

fn param(words: &mut Words) -> Option<Param> {
    let name = words.next()?;
    let list = |ints| ParamKind::List { ints, separator: ',' };
    let kind = match words.next()? {
        "int" => ParamKind::Int,
        "flag" => ParamKind::Flag,
        "timestamp" => ParamKind::Timestamp,
        "float" => ParamKind::Float(None),
        "text" => ParamKind::Text,
        "date" => ParamKind::Date,
        "date_or_zero" => ParamKind::DateOrZero,
        "datetime" => ParamKind::DateTime,
        "ints" => list(true),
        "texts" => list(false),
        "json" => ParamKind::Json(JsonKind::Any),
        "json_array" => ParamKind::Json(JsonKind::Array),
        "json_object" => ParamKind::Json(JsonKind::Object),
        "file" => ParamKind::File,
        _ => return None,
    };
    Some(Param { name, required: false, kind, min: i64::MIN, max: i64::MAX, most: 0, secret: false })
}

/// Reads one shape and leaves the words after it.
pub(crate) fn shape(words: &mut Words) -> Option<Shape> {
    Some(match words.next()? {
        "any" => Shape::Any,
        "null" => Shape::Null,
        "int" => Shape::Int,
        "id" => Shape::Id,
        "float" => Shape::Float,
        "bool" => Shape::Bool,
        "text" => Shape::Text,
        "array" => Shape::Array(Box::leak(Box::new(shape(words)?))),
        "map" => Shape::Map(Box::leak(Box::new(shape(words)?))),
        "{" => {
            let mut fields = Vec::new();
            loop {
                match words.next()? {
                    "}" => break Shape::Object(fields.leak()),
                    name => fields.push(field(name, words)?),
                }
            }
        }
        _ => return None,
    })
}

/// Reads what a member holds. Its name says whether it may be missing.
pub(crate) fn field(name: &'static str, words: &mut Words) -> Option<Field> {
    let (name, need) = match (name.strip_suffix('?'), name.strip_suffix('!')) {
        (Some(name), _) => (name, Need::Optional),
        (_, Some(name)) => (name, Need::Choice),
        _ => (name, Need::Required),
    };
    Some(Field { name, shape: shape(words)?, need })
}

/// Names with commas between them.
pub(crate) fn named(list: &'static str) -> &'static [&'static str] {
    list.split(',').collect::<Vec<_>>().leak()
}

fn number<T: FromStr>(words: &mut Words) -> Option<T> {
    words.next()?.parse().ok()
}

fn optional(word: &'static str) -> &'static str {
    if word == "-" { "" } else { word }
}

fn method(word: &str) -> Option<Method> {
    [Method::Get, Method::Post].into_iter().find(|method| method.as_str() == word)
}

fn path_source(word: &str) -> Option<PathSource> {
    use PathSource::{Inferred, None, Public, Seed};
    [Seed, Public, Inferred, None].into_iter().find(|source| source.as_str() == word)
}

fn limit_scope(word: &str) -> Option<LimitScope> {
    match word {
        "account" => Some(LimitScope::Account),
        "room" => Some(LimitScope::Room),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, operation, paragraphs};

    const TEXT: &str = include_str!("../generated/operations.txt");

    fn read(text: String) -> Option<Operation> {
        operation(text.leak())
    }

    #[test]
    fn no_word_is_passed_over() {
        let mut words = 0;
        for text in TEXT.split('#').skip(2) {
            let whole = format!("{:?}", read(text.to_owned()));
            let list: Vec<&str> = text.split_ascii_whitespace().collect();
            for index in 0..list.len() {
                let mut changed = list.clone();
                changed.splice(index..=index, ["?"]);
                assert_ne!(format!("{:?}", read(changed.join(" "))), whole, "{changed:?}");
                changed.remove(index);
                assert_ne!(format!("{:?}", read(changed.join(" "))), whole, "{changed:?}");
                words += 1;
            }
        }
        assert!(words > 5_000, "{words}");
    }

    #[test]
    fn what_is_not_understood_gives_no_table() {
        let text = "# a comment\n\n# a.b POST /p seed reads data null\n\n# a.c POST /p seed data null";
        assert_eq!(paragraphs(text, operation).map(|table| table.len()), Some(2));
        for (right, wrong) in [
            ("POST", "PUT"),
            ("seed", "seen"),
            ("reads", "writes"),
            ("reads", "required"),
            ("reads", "param p number"),
            ("reads", "param p int max ten"),
            ("reads", "param p float decimals 300"),
            ("reads", "limit 1 1 user"),
            ("reads", "paging page_size list"),
            ("null", "{ list array }"),
            ("null", "{ list int"),
            ("null", "nil"),
            ("# a.c", "# # a.c"),
        ] {
            assert!(paragraphs(text.replacen(right, wrong, 1).leak(), operation).is_none(), "{wrong}");
        }
    }
}

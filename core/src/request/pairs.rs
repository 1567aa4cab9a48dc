//! Parameters become the pairs and files of a request.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::encode::{encode, encode_text, null_in, plain_text};
use super::{Part, PartContent};
use crate::account::Account;
use crate::error::{Error, Fault, FaultKind};
use crate::form::is_plain;
use crate::near::closest;
use crate::operation::{Host, Operation, Param, ParamKind};
use crate::paths;
use crate::value::{File, Params, Value};

/// The pair that says when the request was sent.
pub(super) const TIMESTAMP: &str = "timestamp";

/// A parameter as it is signed and sent.
pub(super) struct Pair<'p> {
    /// The name's first bytes as a number: two of these are compared at once, and differ in nearly all pairs.
    first: u64,
    pub(super) name: Cow<'p, str>,
    pub(super) value: Cow<'p, str>,
    /// Whether a form carries it as it is.
    pub(super) is_plain: bool,
}

impl<'p> Pair<'p> {
    #[inline(always)]
    fn new(name: Cow<'p, str>, value: Cow<'p, str>) -> Pair<'p> {
        // Names that are not the caller's are plain (tests/core/table.rs).
        let is_plain = (matches!(name, Cow::Borrowed(_)) || is_plain(&name)) && is_plain(&value);
        Pair { first: first(&name), name, value, is_plain }
    }

    #[inline(always)]
    fn compare(&self, first: u64, name: &str) -> Ordering {
        self.first.cmp(&first).then_with(|| self.name.as_bytes().cmp(name.as_bytes()))
    }
}

#[inline(always)]
fn first(name: &str) -> u64 {
    u64::from_be_bytes(name.as_bytes().first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
        bytes
    }))
}

fn is_address(url: &str) -> bool {
    (url.starts_with("http://") || url.starts_with("https://")) && !url.contains(char::is_whitespace)
}

/// Whether a parameter takes a plain JSON value as it stands there.
pub(super) fn takes_plain(param: &Param) -> bool {
    use ParamKind::{Date, DateOrZero, DateTime, Flag, Int, Text, Timestamp};
    matches!(param.kind, Int | Flag | Text | Timestamp | Date | DateOrZero | DateTime)
}

/// Pairs by name, and those of one name as they came.
struct Nth<'p> {
    nth: usize,
    pair: Pair<'p>,
}

impl Ord for Nth<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.pair.compare(other.pair.first, &other.pair.name).then(self.nth.cmp(&other.nth))
    }
}

impl PartialOrd for Nth<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Nth<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Nth<'_> {}

/// The pairs and files of a request, and what is wrong with its parameters.
pub(super) struct Pairs<'p> {
    /// Sorted by name.
    pub(super) pairs: Vec<Pair<'p>>,
    /// What came when there were many: to put each at its place would take ever longer.
    late: Vec<Pair<'p>>,
    pub(super) files: Vec<Part>,
    faults: Vec<Fault>,
}

/// More pairs than this are sorted at the end.
const MANY: usize = 256;

/// So many names are listed in an error; more would hide it.
const FEW: usize = 12;

/// The names that every call carries and no caller sets.
const COMMON: [&str; 4] = ["partner_id", "timestamp", "sign", "partner_key"];

impl<'p> Pairs<'p> {
    pub(super) fn new() -> Pairs<'p> {
        Pairs { pairs: Vec::with_capacity(24), late: Vec::new(), files: Vec::new(), faults: Vec::new() }
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
                "is unknown: none of the {} parameters of {} has such a name (send it as extra if the service knows it)",
                operation.params.len(),
                operation.name
            )
        };
        self.fault(name, FaultKind::Unknown, message);
    }

    /// Adds a pair at its place. Of two with one name the last one counts.
    #[inline(always)]
    fn pair(&mut self, name: Cow<'p, str>, value: Cow<'p, str>) {
        let pair = Pair::new(name, value);
        if self.pairs.len() >= MANY { self.late.push(pair) } else { self.insert(pair) }
    }

    #[inline(always)]
    fn insert(&mut self, pair: Pair<'p>) {
        match self.place(pair.first, &pair.name) {
            Ok(place) => {
                if let Some(known) = self.pairs.get_mut(place) {
                    *known = pair;
                }
            }
            Err(place) => self.pairs.insert(place, pair),
        }
    }

    /// Puts the late ones at their places. (The standard library's sorts are 5 kB of WebAssembly, its heap is less.)
    fn settle(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let pairs = std::mem::take(&mut self.pairs).into_iter().chain(std::mem::take(&mut self.late));
        let heap: BinaryHeap<Nth<'p>> = pairs.enumerate().map(|(nth, pair)| Nth { nth, pair }).collect();
        for Nth { pair, .. } in heap.into_sorted_vec() {
            match self.pairs.last_mut() {
                Some(last) if last.name == pair.name => *last = pair,
                _ => self.pairs.push(pair),
            }
        }
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.place(first(name), name)
    }

    /// Where a pair of this name stands, or where it belongs.
    #[inline(always)]
    fn place(&self, first: u64, name: &str) -> Result<usize, usize> {
        self.pairs.binary_search_by(|pair| pair.compare(first, name))
    }

    pub(super) fn text(&mut self, param: &'static Param, text: &'p str) {
        match encode_text(param, text) {
            Ok(text) => self.pair(Cow::Borrowed(param.name), text),
            Err((kind, message)) => self.fault(param.name, kind, message),
        }
    }

    pub(super) fn described(&mut self, param: &'static Param, value: &Value) {
        if let (ParamKind::File, Value::File(file)) = (param.kind, value) {
            self.files.push(Part { name: Cow::Borrowed(param.name), content: PartContent::File(file.clone()) });
            return;
        }
        match encode(param, value) {
            Ok(text) => self.pair(Cow::Borrowed(param.name), Cow::Owned(text.into_owned())),
            Err((kind, message)) => self.fault(param.name, kind, message),
        }
    }

    pub(super) fn undescribed(&mut self, operation: &Operation, name: &str, value: &Value) {
        if operation.open { self.plain(name, value) } else { self.unknown(operation, name) }
    }

    pub(super) fn extra(&mut self, operation: &Operation, params: &Params) {
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
        if let Some(nth) = null_in(value) {
            return self.fault(name, FaultKind::WrongType, format!("[{nth}] is null"));
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

    fn check_chunks(&mut self, operation: &Operation) {
        for Part { name, content } in &self.files {
            let PartContent::File(File { chunk: Some(chunk), size, .. }) = content else { continue };
            let end = chunk.offset.saturating_add(chunk.length);
            let wrong = match size {
                _ if !matches!(operation.host, Host::Given(_)) => "goes whole: only the upload of a video takes chunks",
                None => "is a chunk of a file whose size is not given",
                Some(size) if chunk.length == 0 || end > *size => {
                    "is a chunk that is empty or beyond the end of the file"
                }
                Some(_) => continue,
            };
            let (parameter, message) = (name.clone().into_owned(), wrong.to_owned());
            self.faults.push(Fault { parameter, kind: FaultKind::OutOfRange, message });
        }
    }

    /// Completes the pairs and returns the address to which they go, if it was given with them.
    ///
    /// # Errors
    /// [`crate::ErrorKind::InvalidParameters`] with all that was wrong.
    pub(super) fn finish(
        &mut self,
        account: &'p Account,
        operation: &Operation,
        timestamp: i64,
    ) -> Result<Option<String>, Error> {
        // Those of the table are right: they are not looked at with every call.
        if operation.is_raw()
            && let Some(fault) = paths::fault(&operation.path)
        {
            // The path stands for the name in errors; this one is not to be repeated.
            let fault = Fault { parameter: "path".to_owned(), kind: FaultKind::WrongType, message: fault.to_owned() };
            return Err(Error::faulty("call_path", vec![fault]));
        }
        self.settle();
        self.require(operation);
        self.check_chunks(operation);
        if !self.faults.is_empty() {
            return Err(Error::faulty(operation.name.as_ref(), std::mem::take(&mut self.faults)));
        }
        let given = match operation.host {
            Host::Given(name) => Some(self.take(name).filter(|url| is_address(url)).ok_or_else(|| {
                let message = "must be an address that begins with http:// or https://".to_owned();
                let fault = Fault { parameter: name.to_owned(), kind: FaultKind::WrongType, message };
                Error::faulty(operation.name.as_ref(), vec![fault])
            })?),
            _ => None,
        };
        // An address that another call returned carries a token of its own.
        if given.is_none() {
            self.insert(Pair::new(Cow::Borrowed("partner_id"), Cow::Borrowed(account.partner_id())));
        }
        if operation.signed {
            self.insert(Pair::new(Cow::Borrowed(TIMESTAMP), Cow::Owned(timestamp.to_string())));
        }
        Ok(given)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.find(name).ok()?;
        Some(self.pairs.remove(place).value.into_owned())
    }
}

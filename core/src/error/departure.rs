//! Where the service departs from its own documents.

use std::fmt;

/// A value that is not what the document describes and could not be straightened.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Departure {
    /// Where it stands in the data, for example `list[3].user_number`.
    pub path: String,
    /// What the document describes: `int`, `string`, `array`, ...
    pub expected: &'static str,
    /// The value as the service wrote it, JSON; `nothing` if it is missing.
    pub found: String,
}

impl Departure {
    /// The same in data that stand under `path`.
    pub(crate) fn under(self, path: &str) -> Departure {
        let separator = if path.is_empty() || self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Departure { path: format!("{path}{separator}{}", self.path), ..self }
    }
}

impl fmt::Debug for Departure {
    /// Without the value: it may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Departure").field("path", &self.path).field("expected", &self.expected).finish_non_exhaustive()
    }
}

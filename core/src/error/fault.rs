//! What is wrong with the parameters of a call.

use std::fmt;

/// One thing that is wrong with the parameters of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The parameter.
    pub parameter: String,
    /// What is wrong with it.
    pub kind: FaultKind,
    /// The same in words.
    pub message: String,
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is required and not there.
    Missing,
    /// The operation describes no such parameter.
    Unknown,
    /// It is of the wrong kind or form.
    WrongType,
    /// It is outside the range or length that the document states.
    OutOfRange,
}

impl FaultKind {
    /// Its name in snake_case.
    pub fn as_str(self) -> &'static str {
        match self {
            FaultKind::Missing => "missing",
            FaultKind::Unknown => "unknown",
            FaultKind::WrongType => "wrong_type",
            FaultKind::OutOfRange => "out_of_range",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { parameter, message, .. } = self;
        // A message about an element of it begins with the element's place.
        let between = if message.starts_with('[') { "" } else { " " };
        write!(f, "{parameter}{between}{message}")
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

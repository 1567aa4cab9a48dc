//! What a typed call answers with.

use std::ops::Deref;

use baijiayun_core::answer::Answer;
use baijiayun_core::coerce::Departure;
use baijiayun_core::engine::Trace;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the service answered: the typed data, to which this derefs, and all of it as JSON.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(super) data: T,
    pub(super) answer: Answer,
    pub(super) trace: Trace,
    pub(super) headers: Vec<(String, String)>,
}

impl<T> Response<T> {
    /// The data alone.
    pub fn into_data(self) -> T {
        self.data
    }

    /// The data as JSON, also with members that the type does not know. What is not of the type that the documents
    /// describe is not in here: it stands in the [`departures`](Response::departures).
    pub fn json(&self) -> &[u8] {
        &self.answer.data
    }

    /// The service's message, usually empty.
    pub fn msg(&self) -> &str {
        &self.answer.msg
    }

    /// When the service answered, unix seconds.
    pub fn ts(&self) -> Option<i64> {
        self.answer.ts
    }

    /// How the call went: attempts and waits.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The headers of the HTTP answer, names in small letters.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Values that are not what the documents describe, and so are not in the typed data. An answer whose data are
    /// something else altogether is a success all the same, with empty data and a departure.
    pub fn departures(&self) -> &[Departure] {
        &self.answer.departures
    }

    /// The data and the departures.
    pub(crate) fn into_parts(self) -> (T, Vec<Departure>) {
        (self.data, self.answer.departures)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

/// The data of an operation that answers with none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Nothing, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Nothing)
    }
}

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

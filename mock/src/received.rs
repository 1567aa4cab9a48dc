//! The record of what was received.

/// A request that the mock received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The path it was sent to.
    pub path: String,
    /// The operation of that path, if there is one, for example `room.create`.
    pub operation: Option<String>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was carried out.
    Accepted,
    /// It was refused with this code and message.
    Refused {
        /// The code of the envelope.
        code: i64,
        /// Its message.
        msg: String,
    },
    /// The mock misbehaved, as it was told to.
    Misbehaved,
}

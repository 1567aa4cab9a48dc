//! The codes of the service's envelope.

use serde::{Deserialize, Serialize};

/// A code of the answer envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorCode {
    /// The number in `code`.
    pub code: i64,
    /// The vendor's words, in Chinese.
    pub title: String,
    /// The meaning in English.
    pub meaning: String,
    /// Where it is from and what of it is restored, if it is not in the vendor's table of codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

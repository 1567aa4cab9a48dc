//! What the service posts to its customers, as the documents describe it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{Method, Note, Param};

/// A request that the service sends to its customer's address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    /// The vendor's title, in Chinese.
    pub title: String,
    /// What it tells, in one sentence.
    pub summary: String,
    /// The catalog ids of the documents that describe it.
    pub documents: Vec<String>,
    /// The HTTP methods that the service uses.
    pub methods: Vec<Method>,
    /// How the body is encoded; absent where no document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<ContentType>,
    /// How the service comes to know the customer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_source: Option<String>,
    /// By which members it is told from the others; any one of the lists will do. A mark is a
    /// member that is there (`op`), or one with that value (`type=quiz`): what cannot be missing.
    pub told_by: Vec<Vec<String>>,
    /// Facts that whoever receives it should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// How the entry was read from its sources: what is illegible, restored, contradictory or from elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Note>,
    /// What is posted besides the common members `timestamp` and `sign`.
    pub params: IndexMap<String, Param>,
    /// When the service tries again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<String>,
    /// What is posted, as a JSON object of all members, signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_example: Option<String>,
    /// How the example was made from what the document prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_note: Option<String>,
    /// What the document prints, where it had to be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_as_printed: Option<String>,
    /// What the service expects to hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

impl Callback {
    /// The ids that this callback has in the catalog.
    pub fn catalog_ids(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().map(String::as_str)
    }

    /// How many seconds after each failure the service posts it again, as [`Callback::retry`] says in words: "two more
    /// tries, 1 s and 3 s later". Empty where no document tells of repetitions.
    pub fn waits(&self) -> Vec<u32> {
        let words: Vec<&str> = self.retry.as_deref().unwrap_or_default().split_whitespace().collect();
        words
            .windows(2)
            .filter(|pair| pair.last().is_some_and(|unit| unit.trim_end_matches([',', ';']) == "s"))
            .filter_map(|pair| pair.first()?.parse().ok())
            .collect()
    }
}

/// How the body of a callback is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentType {
    /// A form.
    #[serde(rename = "application/x-www-form-urlencoded")]
    Form,
    /// A JSON object.
    #[serde(rename = "application/json")]
    Json,
}

/// The bodies that answer a callback, as JSON texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The callback was taken.
    pub success: String,
    /// The callback was not taken: send it again.
    pub failure: String,
}

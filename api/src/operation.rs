//! Operations and the resources that they belong to: where they are served, and what is known about them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::skip::{is_default, is_false, is_true, yes};
use crate::{Param, Shape};

/// A file of operations that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its name, for example `room`; the first half of an operation's full name.
    pub resource: String,
    /// The title, in Chinese.
    pub title: String,
    /// What it is about, in a few words.
    pub summary: String,
    /// The operations by method name.
    pub operations: IndexMap<String, Operation>,
}

/// One endpoint of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The vendor's title, in Chinese.
    pub title: String,
    /// The titles of other documents that describe the same endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_titles: Vec<String>,
    /// The title is illegible in its document and was restored.
    #[serde(default, skip_serializing_if = "is_false")]
    pub title_restored: bool,
    /// The catalog ids whose restored title is in doubt.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub title_uncertain: IndexMap<String, bool>,
    /// The illegible titles as the text recognition gave them, by catalog id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub title_ocr: IndexMap<String, String>,
    /// What it does, in one sentence.
    pub summary: String,
    /// The catalog ids of the documents that describe it. Empty where only
    /// public material does: then `public` is there.
    pub documents: Vec<String>,
    /// The catalog id of an operation that only public material describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
    /// The HTTP methods that the service takes.
    pub methods: Vec<Method>,
    /// No document names a method; POST is taken, as everywhere else.
    #[serde(default, skip_serializing_if = "is_false")]
    pub method_assumed: bool,
    /// The host, where it is not the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The path; absent only where the caller is given the whole address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The parameter that holds the whole address, where another operation returned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How the path is known.
    pub path_source: PathSource,
    /// Where the path is named, or why it was guessed so.
    pub path_evidence: String,
    /// Paths that may be right, the best first, which is also `path`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// It changes nothing, so it is safe to send again.
    pub read_only: bool,
    /// How its list is paged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
    /// Limits of its own, on top of the account's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// The body is multipart, because it may have a file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub multipart: bool,
    /// It carries timestamp and sign.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub signed: bool,
    /// How to tell success and find the data in its answer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub envelope: Envelope,
    /// Groups of parameters of which at least one must be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Vec<String>>,
    /// Facts that whoever calls it should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// How the entry was read from its sources: what is illegible, restored, contradictory or from elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Note>,
    /// The parameters besides the common ones.
    pub params: IndexMap<String, Param>,
    /// What the data of a successful answer look like.
    pub response: Shape,
    /// Successful answers that the documents print.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Failures that the documents print, as JSON texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure_examples: Vec<String>,
    /// The value of the JSON parameter that a document prints, by catalog id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub request_examples: IndexMap<String, String>,
    /// Parts of a request form that a document prints, by catalog id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub form_examples: IndexMap<String, IndexMap<String, String>>,
}

impl Operation {
    /// The ids that this operation has in the catalog: those of its documents,
    /// or the one of public material.
    pub fn catalog_ids(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().chain(&self.public).map(String::as_str)
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

/// How a path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathSource {
    /// A document prints it whole.
    Seed,
    /// Public material names it for this very operation.
    Public,
    /// It is a guess: the documents cut it off and nobody else names it.
    Inferred,
    /// There is no fixed path: another answer gives the address.
    None,
}

/// How a list is fetched page by page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Which parameters choose the page.
    pub style: PageStyle,
    /// The field that has the list; empty where the data are the list.
    pub list: String,
    /// The field that has the number of all elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<String>,
    /// The field of a row that no other row has: a row that comes twice has shifted while the list was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The parameters that choose a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageStyle {
    /// `page` and `page_size`.
    PageSize,
    /// `page` and `limit`.
    PageLimit,
}

impl PageStyle {
    /// The parameter that says how many rows a page has.
    pub fn size_param(self) -> &'static str {
        match self {
            PageStyle::PageSize => "page_size",
            PageStyle::PageLimit => "limit",
        }
    }
}

/// How often an operation may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The number of calls.
    pub count: u32,
    /// The span in which they are counted.
    pub seconds: u32,
    /// Whose calls are counted together.
    pub per: LimitScope,
}

/// Whose calls a limit counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitScope {
    /// Those of the whole account.
    Account,
    /// Those for one room.
    Room,
}

/// How to read the envelope of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The `code` that means success: 0 almost everywhere.
    pub success: i64,
    /// Where the data stand.
    pub data: DataPlace,
}

/// Where the data of an answer stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataPlace {
    /// In the member `data`.
    #[default]
    Data,
    /// At the top level, next to `code`.
    Top,
}

/// A fact worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "NoteText", into = "NoteText")]
pub struct Note {
    /// The documents that it is true for; empty means all of the entry.
    pub documents: Vec<String>,
    /// The fact.
    pub note: String,
}

/// A note as the files write it: a bare text where it is true for all documents.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum NoteText {
    All(String),
    Some(ScopedNote),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopedNote {
    documents: Vec<String>,
    note: String,
}

impl From<NoteText> for Note {
    fn from(text: NoteText) -> Self {
        match text {
            NoteText::All(note) => Note { documents: Vec::new(), note },
            NoteText::Some(ScopedNote { documents, note }) => Note { documents, note },
        }
    }
}

impl From<Note> for NoteText {
    fn from(Note { documents, note }: Note) -> Self {
        if documents.is_empty() { NoteText::All(note) } else { NoteText::Some(ScopedNote { documents, note }) }
    }
}

/// A successful answer that a document prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The documents that print it.
    pub documents: Vec<String>,
    /// What was changed to make it strict JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired: Option<String>,
    /// The whole answer as strict JSON.
    pub body: String,
}

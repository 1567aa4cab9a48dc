//! All that is known about the service, and how an operation is found in it.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{Callback, ErrorCode, ListedValues, Operation, Resource};

/// Everything that is known about the service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The resources with their operations, by name.
    pub resources: Vec<Resource>,
    /// What the service posts to its customer, by name.
    pub callbacks: IndexMap<String, Callback>,
    /// The codes of the answer envelope.
    pub error_codes: Vec<ErrorCode>,
    /// Lists of values, by the names that their types have in every language.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub listed_values: IndexMap<String, ListedValues>,
}

/// An operation together with where it stands in the description.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The resource that has the operation.
    pub resource: &'a Resource,
    /// The method name, for example `create`.
    pub method: &'a str,
    /// The operation itself.
    pub operation: &'a Operation,
}

impl Entry<'_> {
    /// The name that is unique in the description, for example `room.create`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.resource.resource, self.method)
    }
}

impl Description {
    /// The description this crate was built with, parsed at the first call.
    ///
    /// # Panics
    ///
    /// If the generated file does not fit these types. A test of this crate
    /// keeps such a file from being published.
    pub fn embedded() -> &'static Description {
        static EMBEDDED: LazyLock<Description> = LazyLock::new(|| {
            serde_json::from_str(include_str!("../generated/description.json"))
                .expect("generated/description.json fits the types of this crate")
        });
        &EMBEDDED
    }

    /// All operations, resource by resource.
    pub fn operations(&self) -> impl Iterator<Item = Entry<'_>> {
        self.resources.iter().flat_map(|resource| {
            resource.operations.iter().map(move |(method, operation)| Entry { resource, method, operation })
        })
    }

    /// The operation with a full name such as `room.create`.
    pub fn find(&self, full_name: &str) -> Option<Entry<'_>> {
        let (resource, method) = full_name.split_once('.')?;
        let resource = self.resources.iter().find(|r| r.resource == resource)?;
        let (method, operation) = resource.operations.get_key_value(method)?;
        Some(Entry { resource, method, operation })
    }
}

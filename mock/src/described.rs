//! What the description tells the mock, generated from `api/` by `cargo xtask generate`.

use std::sync::LazyLock;

use baijiayun_api::{ParamType, Scalar, Shape};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(crate) struct Description {
    operations: IndexMap<String, Operation>,
    callbacks: IndexMap<String, Callback>,
}

#[derive(Deserialize)]
pub(crate) struct Operation {
    pub params: IndexMap<String, Param>,
    pub response: Shape,
    /// The data of the printed answer, if there is one.
    #[serde(default, deserialize_with = "given")]
    pub example: Option<Value>,
}

#[derive(Deserialize)]
pub(crate) struct Param {
    #[serde(rename = "type")]
    pub kind: ParamType,
    #[serde(default)]
    pub default: Option<Scalar>,
    #[serde(default)]
    pub secret: bool,
}

#[derive(Deserialize)]
pub(crate) struct Callback {
    /// The members of the printed example.
    #[serde(default)]
    pub example: Map<String, Value>,
    /// How many seconds after each failure it is posted again.
    pub waits: Vec<u32>,
}

/// A null that is there is a value.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Description {
    /// # Panics
    /// If the generated file does not fit these types, which every test of this crate would show.
    pub fn embedded() -> &'static Description {
        static EMBEDDED: LazyLock<Description> = LazyLock::new(|| {
            serde_json::from_str(include_str!("generated/description.json")).expect("the generated file fits its types")
        });
        &EMBEDDED
    }

    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    pub fn callback(&self, name: &str) -> Option<&Callback> {
        self.callbacks.get(name)
    }
}

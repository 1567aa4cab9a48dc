//! The description of the BaijiaYun (百家云) server API as data.
//!
//! The YAML files next to this crate are the single source of everything the
//! project knows about the service. The types here have the same members as
//! those files; `README.md` says what each one means and `schema.json` checks
//! them in an editor. [`Description::embedded`] gives the whole description
//! without a YAML parser; with the feature `yaml`, `Description::load_dir`
//! reads the files.

mod callback;
mod description;
mod error_code;
mod faults;
mod listed;
#[cfg(feature = "yaml")]
mod load;
mod operation;
mod param;
#[cfg(feature = "yaml")]
mod presence;
mod shape;
mod skip;
pub mod synonyms;
mod value;

pub use callback::{Callback, ContentType, Reply};
pub use description::{Description, Entry};
pub use error_code::ErrorCode;
pub use listed::ListedValues;
#[cfg(feature = "yaml")]
pub use load::LoadError;
pub use operation::{
    DataPlace, Envelope, Example, Limit, LimitScope, Method, Note, Operation, PageStyle, Paging, PathSource, Resource,
};
pub use param::{ItemType, Param, ParamType};
pub use shape::{Shape, ShapeType, Wire};
pub use value::{EnumValue, Format, Scalar};

//! The BaijiaYun (百家云) server API without I/O.
//!
//! This crate knows all operations of the service. It signs and builds
//! requests and straightens answers; somebody else sends them. It has no
//! clock, no randomness and no global state, and it does not panic, so that
//! every language binding can stand on it.
//!
//! ```
//! use baijiayun_core::{Account, Params, answer, operation, request};
//!
//! let account = Account::new("demo", "12345678", "the partner key")?;
//! let info = operation::find("room.info")?;
//! let mut params = Params::new();
//! params.set("room_id", 12345678901234_i64);
//! let request = request::build(&account, info, &params, 1_501_572_288)?;
//! assert_eq!(request.url, "https://demo.at.baijiayun.com/openapi/room/info");
//!
//! let body = br#"{"code":0,"data":{"room_id":"12345678901234","max_users":"30"},"msg":"","ts":1}"#;
//! let answer = answer::parse(info, 200, body)?;
//! // The table of the document says that both are numbers.
//! assert_eq!(answer.data, br#"{"room_id":12345678901234,"max_users":30}"#);
//! # Ok::<(), baijiayun_core::Error>(())
//! ```

mod account;
pub mod answer;
pub mod callbacks;
pub mod civil;
pub mod coerce;
#[cfg(feature = "configuration")]
pub mod configuration;
mod decimal;
pub mod engine;
mod error;
pub mod form;
pub mod host;
mod json;
pub mod links;
mod media;
mod near;
pub mod operation;
pub mod pages;
pub mod paths;
pub mod request;
mod retry_after;
pub mod sign;
mod store;
mod trace;
pub mod upload;
mod value;

pub use account::{Account, check_key};
pub use answer::Answer;
pub use error::{Error, ErrorKind, Fault, FaultKind, MAX_BODY};
pub use operation::Operation;
pub use request::{Body, Part, PartContent, Request};
pub use retry_after::retry_after;
pub use sign::{PartnerKey, Signer};
pub use value::{Chunk, File, FileSource, Id, Params, Progress, Time, Value};

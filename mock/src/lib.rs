//! A double of the BaijiaYun (百家云) server API, for demos and tests.
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use baijiayun_mock::MockService;
//!
//! let mock = MockService::start().await?;
//! println!("{} takes calls of account {}", mock.url(), mock.partner_id());
//! mock.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! It answers on every path of the description and checks what the service
//! checks: partner_id (2001), timestamp (1001), sign (1002), required and
//! wrongly typed parameters (1001), unknown and deleted rooms (3001, 3002),
//! unknown videos (5002).
//!
//! - **With memory**: rooms, join codes, class state, documents and folders,
//!   videos (with upload, resume and transcoding), categories, subtitles,
//!   users, goods and their pictures, sensitive words, callback addresses.
//! - **Without**: all other operations answer with the example that their
//!   document prints, adapted to the request; where no example is printed,
//!   with one made from the described shape.
//!
//! An operation can be given answers and faults of its own ([`Builder::answers`], [`MockService::answer`]). What came is in
//! [`MockService::requests`], what was posted in [`MockService::callbacks`]. A callback that is not taken is posted again, as
//! the documents say; [`MockService::advance`] sets the clock forward, so that tests need not wait for it.
//!
//! [`MockService`] listens on a port. The service itself is [`Mock`], a function of requests and times, which needs neither
//! sockets nor tokio (without the feature `server`) and runs as WebAssembly too.
//!
//! Tests in other languages ask under `/_mock`, bodies and answers are JSON:
//!
//! | path | `GET` | `POST` | `DELETE` |
//! |---|---|---|---|
//! | `/_mock/requests` | what came | | forgets it |
//! | `/_mock/callbacks` | what was posted, and the answers | `{"name": "class_event", "fields": {..}}` posts one | forgets them |
//! | `/_mock/answers` | | answers to give ([`CannedAnswers::from_json`]) | takes them back |
//! | `/_mock/misbehaviour` | | faults ([`Misbehaviour`]), in place of those before | none |
//! | `/_mock/overview` | what the page at `/` shows: what it holds, and what came and was posted lately | | |
//! | `/_mock/clock` | the time | `{"advance": 30}` sets it forward, by seconds | |
//!
//! What the documents leave open, and what the mock does then:
//!
//! - The HTTP status of an unknown path: it is 200, with code 404 in the
//!   envelope, as the documents list 404 among the codes.
//! - The answer beyond 200 requests in 10 s: it is HTTP 429 with
//!   code 429, or HTTP 200 with it ([`Misbehaviour::throttles_with_200`]).
//! - The code for things other than rooms and videos that do not exist: it is 1.
//! - Whether a class was recorded: it was, unless the room's
//!   `auto_playback_record` is off (2). When it ends, a video is there at once,
//!   and `playback_generated` is posted with status 20 and then with 100.
//! - What becomes of a chunk of which only a part came: it is lost, and
//!   [`Misbehaviour::uploads_keep_parts`] keeps it. Ranges with a hole, with
//!   bytes that are there already or with another size than before, and a form
//!   onto an upload that has begun are refused with 4001.
//! - Upload addresses are http whatever `use_https` says: it has no certificate.
//! - The limits of single operations, and rules such as how long a room may
//!   last, are not enforced; the age of a timestamp is with [`Builder::strict`].

mod accounts;
mod alarms;
mod auth;
mod body;
mod builder;
mod callbacks;
mod calls;
mod canned;
mod catalog;
#[cfg(feature = "full")]
mod chance;
mod clock;
mod codes;
mod control;
mod described;
mod docs;
mod examples;
mod failure;
mod goods;
mod http;
mod input;
mod latest;
mod live;
mod misbehave;
mod mock;
mod multipart;
mod named;
mod page;
mod paging;
mod range;
mod rate;
mod received;
#[cfg(feature = "full")]
mod record;
#[cfg(feature = "full")]
mod reports;
mod rooms;
#[cfg(feature = "full")]
mod school;
#[cfg(feature = "server")]
mod server;
mod state;
mod store;
mod subtitles;
mod upload;
mod users;
mod video_categories;
mod videos;
mod wire;
mod words;

pub use builder::Builder;
pub use callbacks::{CallbackAnswer, CallbackError, Delivery, Post, callback_members};
pub use canned::{Canned, CannedAnswers};
pub use http::{Head, Reply};
pub use misbehave::Misbehaviour;
pub use mock::{Incoming, Mock};
pub use received::{Received, Verdict};
#[cfg(feature = "server")]
pub use server::MockService;
pub use videos::Transcoding;

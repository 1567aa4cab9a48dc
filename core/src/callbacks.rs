//! What the service posts to you: checked, recognised and straightened.
//!
//! [`receive`] is all that a receiver needs; [`verify`] and [`parse`] are its
//! two halves. They take the body as it came, byte for byte: what a framework
//! parsed and wrote again may differ, and then no signature fits.
//!
//! ```
//! use baijiayun_core::PartnerKey;
//! use baijiayun_core::callbacks::{self, Clock};
//! use baijiayun_core::coerce::Options;
//!
//! let key = PartnerKey::new(
//!     "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==",
//! );
//! let body = b"room_id=1234567890&op=start&op_time=2017-01-11+14%3A16%3A54&qid=1234567890\
//!     &timestamp=1467882806&sign=4dd8bb87f2bea1d888cd5c5d93182d84";
//! let clock = Clock { now: 1_467_882_900, tolerance: callbacks::TOLERANCE };
//!
//! let event = callbacks::receive(body, "application/x-www-form-urlencoded", &[key], Some(clock), Options::default())?;
//! assert_eq!(event.name, Some("class_event"));
//! assert_eq!(
//!     String::from_utf8_lossy(&event.json),
//!     r#"{"room_id":1234567890,"op":"start","op_time":"2017-01-11 14:16:54","qid":"1234567890","timestamp":1467882806}"#
//! );
//! # Ok::<(), baijiayun_core::Error>(())
//! ```

mod body;
mod dedupe;
mod event;
mod post;
mod reply;
mod table;
mod verify;

pub use body::{MAX_BYTES, MAX_FIELDS};
pub use dedupe::{CLAIM_SCRIPT, HOLD, Ids, Recent, claim, give_back, release};
pub use event::{Parsed, parse, parse_as};
pub use post::{Post, Posting, signed};
pub use reply::{SUCCESS, failure};
pub(crate) use table::named;
pub use table::{Callback, all, find};
pub use verify::{Clock, TOLERANCE, Verified, verify};

use crate::coerce::Options;
use crate::error::Error;
use crate::sign::PartnerKey;

/// From the raw body of a post to the event: [`verify`], then [`parse`].
///
/// # Errors
/// As [`verify`].
pub fn receive(
    body: &[u8],
    content_type: &str,
    keys: &[PartnerKey],
    clock: Option<Clock>,
    options: Options,
) -> Result<Parsed, Error> {
    parse(&verify(body, content_type, keys, clock)?, options)
}

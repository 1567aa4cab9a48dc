//! Why a signature is not the right one: requests are read as people have them at hand, signed, and if somebody computed another
//! signature, the mistake is looked for that gives it. Without I/O: `bjy` and the explorer of the site stand on it.

mod host;
mod mistaken;
pub mod paste;
mod shell;

use baijiayun_core::PartnerKey;
use baijiayun_core::sign::canonical;

pub use host::Host;
pub use mistaken::explain;

/// What is signed, and with which key.
#[derive(Clone)]
pub struct Signing {
    /// In the order in which they were given.
    pub pairs: Vec<(String, String)>,
    /// The partner_key.
    pub key: String,
    /// The account's, if it is known.
    pub partner_id: Option<String>,
}

/// The text that is signed, the key hidden, and its signature.
pub fn compute(pairs: &[(String, String)], key: &str) -> (String, String) {
    let canonical = canonical(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let sign = PartnerKey::new(key).signature(&canonical);
    let separator = if canonical.is_empty() { "" } else { "&" };
    (format!("{canonical}{separator}partner_key=***"), sign)
}

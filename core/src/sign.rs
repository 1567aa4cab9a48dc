//! The signature: MD5 over the sorted parameters and the partner key.
//!
//! `k=v` pairs sorted by key (by bytes), joined with `&`, then
//! `&partner_key=KEY`; MD5 of that, 32 lower-case hex digits. The values are
//! the raw ones, before any URL encoding. `sign` itself and files take no part.

use std::fmt;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use crate::form::append;

/// Makes signatures. [`PartnerKey`] does it here; implement this trait to
/// leave the key on another machine.
pub trait Signer: Send + Sync {
    /// Signs a canonical string (see [`canonical`]), which does not hold the key.
    ///
    /// # Errors
    /// A text that says why no signature could be made. It is shown to users.
    fn sign(&self, canonical: &str) -> Result<String, String>;
}

/// The account's partner_key. It never appears in Debug output or errors.
#[derive(Clone)]
pub struct PartnerKey(String);

impl PartnerKey {
    /// Takes the key as the BaijiaYun back office shows it.
    pub fn new(key: impl Into<String>) -> PartnerKey {
        PartnerKey(key.into())
    }

    /// The signature of a canonical string.
    pub fn signature(&self, canonical: &str) -> String {
        let mut md5 = Md5::new();
        md5.update(canonical.as_bytes());
        if !canonical.is_empty() {
            md5.update(b"&");
        }
        md5.update(b"partner_key=");
        md5.update(self.0.as_bytes());
        hex(&md5.finalize())
    }

    /// Whether `signature` is right for these pairs, compared in constant time.
    pub fn verify<'p>(&self, pairs: impl IntoIterator<Item = (&'p str, &'p str)>, signature: &str) -> bool {
        let expected = self.signature(&canonical(pairs));
        expected.as_bytes().ct_eq(signature.as_bytes()).into()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it begins or ends with a blank or a line break, as after careless copying.
    pub(crate) fn has_stray_space(&self) -> bool {
        self.0.trim().len() != self.0.len()
    }
}

impl fmt::Debug for PartnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartnerKey(***)")
    }
}

impl From<&str> for PartnerKey {
    fn from(key: &str) -> PartnerKey {
        PartnerKey::new(key)
    }
}

impl From<String> for PartnerKey {
    fn from(key: String) -> PartnerKey {
        PartnerKey::new(key)
    }
}

impl Signer for PartnerKey {
    fn sign(&self, canonical: &str) -> Result<String, String> {
        Ok(self.signature(canonical))
    }
}

/// The text that is signed, without the key: sorted `k=v` pairs joined with
/// `&`. A pair named `sign` is left out.
pub fn canonical<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut pairs: Vec<(&str, &str)> = pairs.into_iter().filter(|(name, _)| *name != "sign").collect();
    pairs.sort_by(|left, right| left.0.as_bytes().cmp(right.0.as_bytes()));
    join(pairs)
}

/// Joins pairs that are sorted already.
pub(crate) fn join<'p>(sorted: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut text = Vec::with_capacity(256);
    sorted.into_iter().for_each(|(name, value)| push(&mut text, name, value));
    // It was put together from texts.
    String::from_utf8(text).unwrap_or_default()
}

/// Appends a pair to a text to be signed.
pub(crate) fn push(text: &mut Vec<u8>, name: &str, value: &str) {
    if !text.is_empty() {
        text.push(b'&');
    }
    append(text, name);
    text.push(b'=');
    append(text, value);
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

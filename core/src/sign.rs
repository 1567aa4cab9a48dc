//! The signature: MD5 over the sorted parameters and the partner key.
//!
//! `k=v` pairs sorted by key (by bytes), joined with `&`, then
//! `&partner_key=KEY`; MD5 of that, 32 lower-case hex digits. The values are
//! the raw ones, before any URL encoding. `sign` itself and files take no part.

use std::cmp::Ordering;
use std::fmt;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

/// Makes signatures. [`PartnerKey`] does it here; implement this trait to
/// leave the key on another machine.
///
/// Whoever gets signatures may do everything that the account can do: the path is not signed, so a
/// signature for `room.info` also deletes the room. Apps get the link, the token or the upload
/// address from your server instead.
pub trait Signer: Send + Sync {
    /// Signs a canonical string (see [`canonical`]), which does not hold the key.
    ///
    /// # Errors
    /// A text that says why no signature could be made. It is shown to users.
    fn sign(&self, canonical: &str) -> Result<String, String>;
}

/// The account's partner_key. It never appears in Debug output or errors.
#[derive(Clone)]
pub struct PartnerKey {
    /// What is signed after the parameters: `&partner_key=KEY`.
    end: String,
}

const BEFORE_KEY: &str = "&partner_key=";

impl PartnerKey {
    /// Takes the key as the BaijiaYun back office shows it.
    pub fn new(key: impl Into<String>) -> PartnerKey {
        PartnerKey { end: [BEFORE_KEY, &key.into()].concat() }
    }

    /// The signature of a canonical string.
    pub fn signature(&self, canonical: &str) -> String {
        self.signature_of(canonical.as_bytes())
    }

    /// Whether `signature` is right for these pairs, compared in constant time.
    pub fn verify<'p>(&self, pairs: impl IntoIterator<Item = (&'p str, &'p str)>, signature: &str) -> bool {
        self.verify_bytes(pairs.into_iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())), signature)
    }

    /// As [`PartnerKey::verify`], of pairs that need not be UTF-8: PHP signs bytes, and cuts texts by bytes.
    pub fn verify_bytes<'p>(&self, pairs: impl IntoIterator<Item = (&'p [u8], &'p [u8])>, signature: &str) -> bool {
        let mut sorted: Vec<(&[u8], &[u8])> = Vec::with_capacity(16);
        let signed = pairs.into_iter().filter(|(name, _)| *name != b"sign");
        signed.for_each(|pair| place(&mut sorted, pair, |left, right| left.0.cmp(right.0)));
        let mut canonical = Vec::with_capacity(256);
        for (name, value) in sorted {
            if !canonical.is_empty() {
                canonical.push(b'&');
            }
            canonical.extend_from_slice(name);
            canonical.push(b'=');
            canonical.extend_from_slice(value);
        }
        self.signature_of(&canonical).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    fn signature_of(&self, canonical: &[u8]) -> String {
        let mut md5 = Md5::new();
        md5.update(canonical);
        let end = if canonical.is_empty() { self.end.strip_prefix('&').unwrap_or_default() } else { &self.end };
        md5.update(end.as_bytes());
        hex(&md5.finalize().into())
    }

    /// Why it cannot be a key, in words that go on after its name.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let key = self.key();
        let is_blank = |char: char| char.is_whitespace() || char == '\u{feff}';
        let (first, last) = (key.chars().next(), key.chars().next_back());
        match (first, last) {
            (None, _) | (_, None) => Some("is empty"),
            (Some('\u{feff}'), _) => Some("begins with a byte order mark, as a text file may"),
            (_, Some('\n' | '\r')) => Some("ends with a line break, as a file does"),
            (Some(first), _) if is_blank(first) => Some("begins with a blank"),
            (_, Some(last)) if is_blank(last) => Some("ends with a blank"),
            _ if key.contains(char::is_control) => Some("holds a line break or another control character"),
            _ => None,
        }
    }

    fn key(&self) -> &str {
        self.end.strip_prefix(BEFORE_KEY).unwrap_or_default()
    }
}

/// What a signer gave, if it is a signature. What else it may be is not told: it may be a secret.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn checked(signature: String) -> Result<String, String> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    if signature.len() == 32 && signature.bytes().all(is_digit) {
        return Ok(signature);
    }
    let gave = match signature.chars().count() {
        0 => "nothing".to_owned(),
        32 => "32 characters of which not all are such digits".to_owned(),
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    };
    Err(format!("the signer gave {gave}, not a signature of 32 hex digits in lower case"))
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
    let by_name = |left: &(&str, &str), right: &(&str, &str)| left.0.as_bytes().cmp(right.0.as_bytes());
    let mut sorted = Vec::with_capacity(16);
    pairs.into_iter().filter(|(name, _)| *name != "sign").for_each(|pair| place(&mut sorted, pair, by_name));
    join(sorted)
}

/// Puts an item into its place, behind others that are equal. (Parameters are
/// few; every sort of the standard library is 5 kB of WebAssembly.)
pub(crate) fn place<T>(sorted: &mut Vec<T>, item: T, compare: impl Fn(&T, &T) -> Ordering) {
    let place = sorted.partition_point(|known| compare(known, &item).is_le());
    sorted.insert(place, item);
}

/// Joins pairs that are sorted already.
pub(crate) fn join<'p>(sorted: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut text = String::with_capacity(256);
    sorted.into_iter().for_each(|(name, value)| push(&mut text, name, value));
    text
}

/// Appends a pair to a text to be signed.
pub(crate) fn push(text: &mut String, name: &str, value: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    text.push_str(name);
    text.push('=');
    text.push_str(value);
}

fn hex(bytes: &[u8; 16]) -> String {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let mut text = [0; 32];
    for (place, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        *place = [digit(byte >> 4), digit(byte & 15)];
    }
    // It is ASCII.
    str::from_utf8(&text).unwrap_or_default().to_owned()
}

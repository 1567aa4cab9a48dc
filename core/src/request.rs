//! Building requests: parameters are checked, encoded and signed; and the
//! inverse, which reads a signed request back into parameters.

use std::borrow::Cow;
use std::fmt;

use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::form;
use crate::operation::{Method, Operation};
use crate::sign;
use crate::value::{File, Params};

mod draft;
mod encode;
mod pairs;
mod receive;

use draft::Content;
pub(crate) use draft::Draft;
pub use receive::{Received, receive};

/// A request, ready to be sent.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The operation it calls.
    pub operation: Cow<'static, str>,
    /// The HTTP method.
    pub method: Method,
    /// The address, with the query of a GET request.
    pub url: String,
    /// Headers to send, in lower case.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, PartialEq)]
pub enum Body {
    /// None: a GET request.
    Empty,
    /// A form, URL-encoded.
    Form(String),
    /// Parts for a multipart/form-data body. The executor chooses the
    /// boundary, sets the content type and streams the files.
    Multipart(Vec<Part>),
    /// A chunk of a file, as it is. The executor streams it, and sends
    /// [`File::content_range`] as the header `content-range`.
    Chunk(File),
}

/// A part of a multipart body.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The parameter.
    pub name: Cow<'static, str>,
    /// Its value.
    pub content: PartContent,
}

/// What a part holds.
#[derive(Clone, PartialEq)]
pub enum PartContent {
    /// Text.
    Text(String),
    /// A file.
    File(File),
}

const ACCEPT: (&str, &str) = ("accept", "application/json");
/// `&sign=` and 32 digits.
const SIGNATURE_LENGTH: usize = 38;
const OCTETS: (&str, &str) = ("content-type", "application/octet-stream");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Builds and signs the request of a call.
///
/// `timestamp` is the current unix time in seconds; it is part of the
/// signature.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`] with all faults of the call,
/// [`ErrorKind::Signing`] if the account's signer fails.
pub fn build(account: &Account, operation: &Operation, params: &Params, timestamp: i64) -> Result<Request, Error> {
    sign_here(account, Unsigned::new(account, operation, params, timestamp)?)
}

/// As [`build`], with the parameters as JSON.
pub(crate) fn build_json(
    account: &Account,
    operation: &Operation,
    params: &str,
    extra: &Params,
    timestamp: i64,
) -> Result<Request, Error> {
    let operation = account.resolve(operation);
    let draft = Draft::from_json(account, &operation, params, extra, timestamp)?;
    sign_here(account, Unsigned::of(account, &operation, Cow::Owned(draft)))
}

fn sign_here(account: &Account, unsigned: Unsigned<'_>) -> Result<Request, Error> {
    let signing =
        |reason: String| Error::new(ErrorKind::Signing, unsigned.operation.name.as_ref()).with_message(reason);
    let signature = match (unsigned.canonical(), account.signer()) {
        (None, _) => None,
        (Some(canonical), Some(signer)) => Some(signer.sign(canonical).and_then(sign::checked).map_err(signing)?),
        (Some(_), None) => {
            return Err(signing("the account's signatures are made elsewhere: call through the engine".to_owned()));
        }
    };
    Ok(unsigned.finish(signature))
}

/// A request that waits for its signature, for signers that are somewhere else.
pub struct Unsigned<'a> {
    operation: &'a Operation,
    url: String,
    draft: Cow<'a, Draft>,
}

impl<'a> Unsigned<'a> {
    /// Checks and encodes the parameters of a call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] with all faults of the call.
    pub fn new(
        account: &Account,
        operation: &'a Operation,
        params: &Params,
        timestamp: i64,
    ) -> Result<Unsigned<'a>, Error> {
        let draft = Draft::new(account, operation, params, timestamp)?;
        Ok(Unsigned::of(account, operation, Cow::Owned(draft)))
    }

    fn of(account: &Account, operation: &'a Operation, draft: Cow<'a, Draft>) -> Unsigned<'a> {
        Unsigned { operation, url: draft.address(account, operation), draft }
    }

    /// The text that is to be signed, without the key; `None` if the call carries no signature.
    pub fn to_sign(&self) -> Option<String> {
        self.canonical().map(str::to_owned)
    }

    pub(crate) fn canonical(&self) -> Option<&str> {
        self.draft.canonical()
    }

    /// The request with its signature.
    pub fn finish(self, signature: Option<String>) -> Request {
        let Unsigned { operation, mut url, draft } = self;
        let mut headers: &[_] = &[ACCEPT];
        let body = if let Content::Chunk(file) = &draft.content {
            headers = &[ACCEPT, OCTETS];
            Body::Chunk(file.clone())
        } else if let Content::Multipart { texts, files } = &draft.content {
            let sign = signature.map(|signature| (Cow::Borrowed("sign"), signature));
            let text = |(name, text)| Part { name, content: PartContent::Text(text) };
            Body::Multipart(texts.iter().cloned().chain(sign).map(text).chain(files.iter().cloned()).collect())
        } else {
            let mut form = form::Writer::after(draft.form(), SIGNATURE_LENGTH);
            signature.iter().for_each(|signature| form.pair("sign", signature));
            let form = form.finish();
            match operation.method {
                Method::Get => {
                    url.push(if url.contains('?') { '&' } else { '?' });
                    url.push_str(&form);
                    Body::Empty
                }
                Method::Post => {
                    headers = &[ACCEPT, FORM];
                    Body::Form(form)
                }
            }
        };
        Request { operation: operation.name.clone(), method: operation.method, url, headers, body }
    }
}

impl fmt::Debug for Body {
    /// Without the values: they may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Empty => f.write_str("Empty"),
            Body::Form(form) => write!(f, "Form({} bytes)", form.len()),
            Body::Multipart(parts) => f.debug_tuple("Multipart").field(parts).finish(),
            Body::Chunk(file) => f.debug_tuple("Chunk").field(file).field(&file.chunk).finish(),
        }
    }
}

impl fmt::Debug for PartContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartContent::Text(text) => write!(f, "Text({} bytes)", text.len()),
            PartContent::File(file) => file.fmt(f),
        }
    }
}

impl fmt::Debug for Request {
    /// Without the query and the body: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("url", &address)
            .finish_non_exhaustive()
    }
}

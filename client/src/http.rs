//! The default executor: reqwest with rustls.

mod tls;

use std::error::Error as _;
use std::io::{Cursor, SeekFrom};
use std::path::Path;
use std::time::Duration;

use baijiayun_core::engine::MAX_ANSWER;
use baijiayun_core::operation::Method;
use baijiayun_core::{Body, Chunk, File, FileSource, PartContent, Request};
use futures_util::TryStreamExt;
use reqwest::multipart::{Form, Part};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::executor::{Executor, HttpAnswer, Sending, TransportError, TransportErrorKind};

/// Sends requests with [`reqwest`]. It keeps connections, and streams files
/// from disk.
#[derive(Debug, Clone)]
pub struct ReqwestExecutor(reqwest::Client);

impl ReqwestExecutor {
    /// With a client from [`ReqwestExecutor::builder`].
    ///
    /// # Errors
    /// If TLS cannot be set up on this machine.
    pub fn new() -> Result<ReqwestExecutor, TransportError> {
        ReqwestExecutor::builder()?.build().map(ReqwestExecutor).map_err(failure)
    }

    /// reqwest's own settings, except that redirects are not followed (the API has none, and a
    /// signed form must not go elsewhere), and that all clients share the settings of TLS: rustls
    /// with the process's default provider if one is installed, else that of the feature
    /// `aws-lc-rs`, else that of `ring`. Set a proxy, a pool or certificates, and give the client
    /// to [`ReqwestExecutor::with_client`].
    ///
    /// # Errors
    /// If TLS cannot be set up on this machine.
    pub fn builder() -> Result<reqwest::ClientBuilder, TransportError> {
        let tls = tls::config().map_err(|message| TransportError::new(TransportErrorKind::Unsendable, message))?;
        Ok(reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("baijiayun-rust/", env!("CARGO_PKG_VERSION"))))
    }

    /// With a client of your own: one of [`ReqwestExecutor::builder`], or any other.
    pub fn with_client(client: reqwest::Client) -> ReqwestExecutor {
        ReqwestExecutor(client)
    }

    async fn send(&self, request: Request, timeout: Duration, max_answer: u64) -> Result<HttpAnswer, TransportError> {
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "the default executor runs on tokio, and there is no runtime of tokio here";
            return Err(TransportError::new(TransportErrorKind::Unsendable, message));
        }
        let mut builder = match request.method {
            Method::Get => self.0.get(&request.url),
            Method::Post => self.0.post(&request.url),
        }
        .timeout(timeout);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        builder = match request.body {
            Body::Empty => builder,
            Body::Form(form) => builder.body(form),
            Body::Multipart(parts) => {
                let mut form = Form::new();
                for part in parts {
                    form = match part.content {
                        PartContent::Text(text) => form.text(part.name, text),
                        PartContent::File(file) => form.part(part.name, file_part(file).await?),
                    };
                }
                builder.multipart(form)
            }
            Body::Chunk(file) => {
                let range = file.content_range().unwrap_or_default();
                let Stream { chunks, length } = stream(file).await?;
                builder.header("content-range", range).header("content-length", length).body(chunks)
            }
        };
        let mut response = builder.send().await.map_err(failure)?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if let (300..400, Some(location)) = (status, header("location")) {
            return Err(TransportError::new(TransportErrorKind::Redirect(status), location));
        }
        // One coding was undone, and its header is gone.
        if let Some(coding) = header("content-encoding").filter(|coding| coding != "identity") {
            let message = format!("the answer is in a coding that was not asked for, or in several: {coding:?}");
            return Err(TransportError::new(TransportErrorKind::Other, message));
        }
        let too_large = || TransportError::new(TransportErrorKind::TooLarge, "the answer is too long");
        if response.content_length().is_some_and(|length| length > max_answer) {
            return Err(too_large());
        }
        let headers = response.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        let mut body = Vec::new();
        // Doubled as it grows, it would take twice as much. What is said is within the limit.
        let said = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        if body.try_reserve_exact(said).is_err() {
            return Err(TransportError::new(TransportErrorKind::NoMemory, "there is no memory for the answer"));
        }
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if (body.len() + chunk.len()) as u64 > max_answer {
                return Err(too_large());
            }
            if body.try_reserve(chunk.len()).is_err() {
                return Err(TransportError::new(TransportErrorKind::NoMemory, "there is no memory for the answer"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpAnswer { headers, ..HttpAnswer::new(status, body) })
    }
}

impl Executor for ReqwestExecutor {
    fn execute(&self, request: Request, timeout: Duration) -> Sending<'_> {
        self.execute_within(request, timeout, MAX_ANSWER)
    }

    fn execute_within(&self, request: Request, timeout: Duration, max_answer: u64) -> Sending<'_> {
        Box::pin(self.send(request, timeout, max_answer))
    }
}

/// How much of a file is in memory at a time.
const CHUNK: usize = 128 << 10;

async fn file_part(file: File) -> Result<Part, TransportError> {
    let (name, kind) = (file.quotable_name(), file.content_type());
    let Stream { chunks, length } = stream(file).await?;
    Part::stream_with_length(chunks, length).file_name(name).mime_str(kind).map_err(failure)
}

/// What is sent of a file.
struct Stream {
    chunks: reqwest::Body,
    length: u64,
}

/// What is sent of a file, as a stream of known length.
async fn stream(file: File) -> Result<Stream, TransportError> {
    let offset = file.chunk.map_or(0, |chunk| chunk.offset);
    let unreadable = |message: String| TransportError::new(TransportErrorKind::File, message);
    let (content, size): (Box<dyn AsyncRead + Send + Unpin>, u64) = match file.source {
        FileSource::Bytes(bytes) => {
            let size = bytes.len() as u64;
            let mut content = Cursor::new(bytes);
            content.set_position(offset);
            (Box::new(content), size)
        }
        FileSource::Named(path) => open(Path::new(&path), offset).await?,
        FileSource::Path(path) => open(&path, offset).await?,
    };
    if let Some(expected) = file.size.filter(|expected| *expected != size) {
        return Err(unreadable(format!("{} has {size} bytes now, no longer {expected}", file.name)));
    }
    let length = match file.chunk {
        None => size,
        Some(Chunk { offset, length }) if offset.checked_add(length).is_some_and(|end| end <= size) => length,
        Some(Chunk { offset, length }) => {
            let message = format!("{} has {size} bytes, but {length} from byte {offset} on were to be sent", file.name);
            return Err(unreadable(message));
        }
    };
    let mut position = offset;
    // A file that grows meanwhile must not go beyond the length that was told.
    let chunks = ReaderStream::with_capacity(content.take(length), CHUNK).inspect_ok(move |chunk| {
        position += chunk.len() as u64;
        if let Some(progress) = &file.progress {
            progress.tell(position, size);
        }
    });
    Ok(Stream { chunks: reqwest::Body::wrap_stream(chunks), length })
}

async fn open(path: &Path, offset: u64) -> Result<(Box<dyn AsyncRead + Send + Unpin>, u64), TransportError> {
    let open = async {
        let mut content = tokio::fs::File::open(path).await?;
        content.seek(SeekFrom::Start(offset)).await?;
        let size = content.metadata().await?.len();
        Ok::<_, std::io::Error>((content, size))
    };
    match open.await {
        Ok((content, size)) => Ok((Box::new(content), size)),
        Err(error) => {
            let message = format!("cannot read {}: {error}", path.display());
            Err(TransportError::new(TransportErrorKind::File, message).with_source(error))
        }
    }
}

/// reqwest's error without the address, whose query may be signed.
fn failure(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if is_tls(&error) {
        TransportErrorKind::Tls
    } else if error.is_connect() || error.is_builder() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Other
    };
    let error = error.without_url();
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        message = format!("{message}: {inner}");
        cause = inner.source();
    }
    TransportError::new(kind, message).with_source(error)
}

/// Whether the handshake failed, before anything of the request was sent.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<rustls::Error>() {
            return error.is_connect();
        }
        // An error of I/O that wraps another one hides it from its sources.
        let wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|error| error as _).or_else(|| inner.source());
    }
    false
}

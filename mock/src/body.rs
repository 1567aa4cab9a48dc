//! Reading requests: query, form and multipart bodies.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use baijiayun_core::form;
use bytes::Bytes;

use crate::failure::Failure;

/// Most bytes of text in one request. Files are counted, not kept, and may have any size.
const MAX_TEXT: usize = 1 << 20;

/// The parameters of a request. Where a name stands twice the last one counts, as in PHP.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub texts: BTreeMap<String, String>,
    pub files: Vec<ReceivedFile>,
}

/// What is kept of a file.
#[derive(Debug)]
pub(crate) struct ReceivedFile {
    pub field: String,
    pub name: String,
    pub size: u64,
}

impl Sent {
    /// The parameters for whoever wants to see them, files by their names.
    pub fn shown(&self) -> BTreeMap<String, String> {
        let texts =
            self.texts.iter().filter(|(name, _)| *name != "sign").map(|(name, text)| (name.clone(), text.clone()));
        texts.chain(self.files.iter().map(|file| (file.field.clone(), file.name.clone()))).collect()
    }
}

pub(crate) async fn read(request: Request) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    if let Some(query) = request.uri().query() {
        sent.pairs(query.as_bytes())?;
    }
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("multipart/form-data") {
        sent.parts(Multipart::from_request(request, &()).await.map_err(|error| Failure::parameter(error.body_text()))?)
            .await?;
    } else {
        let body = whole(request).await?;
        if !body.is_empty() {
            sent.pairs(&body)?;
        }
    }
    Ok(sent)
}

async fn whole(request: Request) -> Result<Bytes, Failure> {
    axum::body::to_bytes(request.into_body(), MAX_TEXT).await.map_err(|_| Failure::too_large())
}

impl Sent {
    fn pairs(&mut self, form: &[u8]) -> Result<(), Failure> {
        let pairs = form::decode(form).ok_or_else(Failure::too_large)?;
        self.texts.extend(pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())));
        Ok(())
    }

    async fn parts(&mut self, mut parts: Multipart) -> Result<(), Failure> {
        let broken = |error: axum::extract::multipart::MultipartError| Failure::parameter(error.body_text());
        let mut text_size = 0;
        while let Some(mut part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            text_size += field.len();
            if let Some(name) = part.file_name() {
                let mut file = ReceivedFile { field, name: name.to_owned(), size: 0 };
                text_size += file.name.len();
                while let Some(chunk) = part.chunk().await.map_err(broken)? {
                    file.size += chunk.len() as u64;
                }
                self.files.push(file);
            } else {
                let mut text = Vec::new();
                while let Some(chunk) = part.chunk().await.map_err(broken)? {
                    text_size += chunk.len();
                    if text_size > MAX_TEXT {
                        return Err(Failure::too_large());
                    }
                    text.extend_from_slice(&chunk);
                }
                let text = String::from_utf8(text).map_err(|_| Failure::parameter(format!("{field} is not UTF-8")))?;
                self.texts.insert(field, text);
            }
            if text_size > MAX_TEXT {
                return Err(Failure::too_large());
            }
        }
        Ok(())
    }
}

//! Files to send: where their content is, and what of it is sent.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::json::{self, needed};
use crate::media;

/// A file to send. The core does not open it: the executor does.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The file name that the service is told.
    pub name: String,
    /// Its size in bytes, if it is known. It is not sent if it has another one then.
    pub size: Option<u64>,
    /// Where the content is.
    pub source: FileSource,
    /// What of it is sent, if not all. Only the upload of a video goes in chunks.
    pub chunk: Option<Chunk>,
    /// Is told by the executor how far it is sent.
    pub progress: Option<Progress>,
}

/// A part of a file that is sent by itself, with its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its first byte, counted from 0.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// Is told how far a file is sent. See [`File::with_progress`].
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(u64, u64) + Send + Sync>);

impl Progress {
    /// Tells that all bytes before `position` are sent, of a file of that size.
    pub fn tell(&self, position: u64, size: u64) {
        (self.0)(position, size);
    }
}

impl PartialEq for Progress {
    fn eq(&self, other: &Progress) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Progress {}

/// Where the content of a file is.
#[derive(Clone, PartialEq, Eq)]
pub enum FileSource {
    /// Here.
    Bytes(Arc<[u8]>),
    /// Where the executor finds it by this name; the Rust client takes it for a path.
    Named(String),
    /// On disk, at a path that is no text.
    Path(PathBuf),
}

impl FileSource {
    /// Where it is on disk; `None` if the content is here.
    pub fn path(&self) -> Option<&Path> {
        match self {
            FileSource::Bytes(_) => None,
            FileSource::Named(name) => Some(Path::new(name)),
            FileSource::Path(path) => Some(path),
        }
    }
}

impl File {
    /// A file whose content is in memory.
    pub fn bytes(name: impl Into<String>, content: impl Into<Arc<[u8]>>) -> File {
        let content = content.into();
        let size = u64::try_from(content.len()).ok();
        File { name: name.into(), size, source: FileSource::Bytes(content), chunk: None, progress: None }
    }

    /// A file on disk, named for the service after its last path segment.
    /// It is opened when the request is sent, and streamed.
    pub fn path(path: impl Into<String>) -> File {
        let path = path.into();
        let name = path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file").to_owned();
        File { name, size: None, source: FileSource::Named(path), chunk: None, progress: None }
    }

    /// A file as hosts in other languages name it: they keep the content, and find it by its source.
    pub(crate) fn from_json(mut file: json::Object<'_>) -> Result<File, String> {
        let (name, size) = (needed("name", file.text("name")?)?, file.number("size")?);
        let source = needed("source", file.text("source")?)?;
        file.finish()?;
        Ok(File { name, size, ..File::path(source) })
    }

    /// Calls this while the file is sent, with the number of bytes that went
    /// out so far and the size. A request that is sent again begins again.
    #[must_use]
    pub fn with_progress(mut self, tell: impl Fn(u64, u64) + Send + Sync + 'static) -> File {
        self.progress = Some(Progress(Arc::new(tell)));
        self
    }

    /// So many bytes of the file from this byte on, counted from 0. Its [`File::size`] has to be known.
    #[must_use]
    pub fn chunk(mut self, offset: u64, length: u64) -> File {
        self.chunk = Some(Chunk { offset, length });
        self
    }

    /// The header `content-range` that a chunk is sent with, as the service counts: from 1, and both ends belong to it.
    /// `bytes 1-500/2000` are the first 500 bytes of 2000.
    pub fn content_range(&self) -> Option<String> {
        let (Chunk { offset, length }, size) = (self.chunk?, self.size?);
        Some(format!("bytes {}-{}/{size}", offset.checked_add(1)?, offset.checked_add(length)?))
    }
}

impl File {
    /// The content type of the part that it is sent as, told by the ending of its name.
    pub fn content_type(&self) -> &'static str {
        media::content_type(&self.name)
    }

    /// Its name as it may stand between quotes in a header: quotes and line breaks are encoded as browsers do, other
    /// control characters are left out.
    pub fn quotable_name(&self) -> String {
        media::quotable(&self.name)
    }
}

impl From<&str> for File {
    /// The file at this path.
    fn from(path: &str) -> File {
        File::path(path)
    }
}

impl From<String> for File {
    /// The file at this path.
    fn from(path: String) -> File {
        File::path(path)
    }
}

impl From<&String> for File {
    /// The file at this path.
    fn from(path: &String) -> File {
        File::path(path.as_str())
    }
}

impl From<&Path> for File {
    /// The file at this path.
    fn from(path: &Path) -> File {
        match path.to_str() {
            Some(text) => File::path(text),
            None => File { source: FileSource::Path(path.to_owned()), ..File::path(path.to_string_lossy()) },
        }
    }
}

impl From<PathBuf> for File {
    /// The file at this path.
    fn from(path: PathBuf) -> File {
        File::from(path.as_path())
    }
}

impl From<&PathBuf> for File {
    /// The file at this path.
    fn from(path: &PathBuf) -> File {
        File::from(path.as_path())
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("name", &self.name).field("size", &self.size).finish_non_exhaustive()
    }
}

//! A file before it is sent.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use baijiayun_core::upload::UPLOAD_FILE;
use baijiayun_core::{Error, ErrorKind, File, FileSource};

/// Told before anything is registered: a file that is not there or cannot be read, or no file.
pub(super) fn size_of(file: &File) -> Result<u64, Error> {
    match (&file.source, file.size) {
        (FileSource::Bytes(content), _) => Ok(content.len() as u64),
        // An executor may know files by other names than paths.
        (_, Some(size)) => Ok(size),
        (source, None) => on_disk(source.path().unwrap_or(Path::new(""))),
    }
}

fn on_disk(path: &Path) -> Result<u64, Error> {
    let unreadable = |why: &dyn fmt::Display| {
        Error::new(ErrorKind::File, UPLOAD_FILE).with_message(format!("cannot read {}: {why}", path.display()))
    };
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => match std::fs::File::open(path) {
            Ok(_) => Ok(found.len()),
            Err(error) => Err(unreadable(&error).with_source(Arc::new(error))),
        },
        Ok(_) => Err(unreadable(&"it is not a file")),
        Err(error) => Err(unreadable(&error).with_source(Arc::new(error))),
    }
}

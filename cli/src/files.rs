//! Files that this tool keeps.

use std::path::Path;
use std::{fs, io, process};

/// Writes a file whole or not at all: somebody else may read it, and this program may be ended in the middle.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", process::id()));
    let new = file.with_file_name(name);
    fs::write(&new, text)?;
    fs::rename(&new, file)
}

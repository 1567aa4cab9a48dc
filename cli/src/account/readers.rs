//! Who else can read a file that holds a key.

use std::path::Path;

/// What to tell the user of a file that others can read.
#[cfg(unix)]
pub(super) fn warning(file: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    let file = file.display();
    (mode & 0o066 != 0)
        .then(|| format!("{file} holds a key, and others can read it ({:o}): chmod 600 {file}", mode & 0o777))
}

/// Lists of access are not looked into.
#[cfg(not(unix))]
pub(super) fn warning(_file: &Path) -> Option<String> {
    None
}

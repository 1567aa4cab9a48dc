//! Files that this tool keeps, and what it reads into memory.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// More bytes are read of nothing: a wrong name may be that of a device, or of a film.
const MOST: u64 = 256 << 20;

/// A file, whole.
pub(crate) fn read(file: &Path) -> io::Result<Vec<u8>> {
    whole(fs::File::open(file)?, MOST)
}

/// A file of text, whole.
pub(crate) fn read_text(file: &Path) -> io::Result<String> {
    text(fs::File::open(file)?)
}

/// Text from wherever it comes, whole.
pub(crate) fn text(from: impl Read) -> io::Result<String> {
    let text = String::from_utf8(whole(from, MOST)?);
    text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8"))
}

fn whole(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let why = format!("it has more than {} MiB, the most that is read into memory", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// Writes a file whole or not at all: somebody else may read it, and this program may be ended in the middle. It is locked
/// for as long as what is returned is kept.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<fs::File> {
    let file = behind(file);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = named(&file).tempfile_in(folder)?;
    if let Ok(about) = fs::metadata(&file) {
        new.as_file().set_permissions(about.permissions())?;
    }
    io::Write::write_all(&mut new, text.as_bytes())?;
    // Not every file system has locks.
    let _ = new.as_file().try_lock();
    new.persist(&file).map_err(|error| error.error)
}

/// What a link leads to: that is replaced, and not the link.
fn behind(file: &Path) -> PathBuf {
    let led = || fs::read_link(file).map(|to| file.parent().unwrap_or(Path::new("")).join(to));
    fs::canonicalize(file).or_else(|_| led()).unwrap_or_else(|_| file.to_owned())
}

/// A file beside it whose name nobody can guess, for everybody whom other new files are for.
fn named(file: &Path) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(file.file_name().unwrap_or_default());
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(test)]
mod bounds {
    use super::whole;

    #[test]
    fn what_is_read_has_a_bound() {
        assert_eq!(whole(&[7; 1 << 20][..], 1 << 20).unwrap_or_default(), [7; 1 << 20]);
        let error = whole(std::io::repeat(0), 1 << 20).map(drop).unwrap_err();
        assert!(error.to_string().starts_with("it has more than 1 MiB"), "{error}");
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, TryLockError};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::replace;

    #[test]
    fn a_file_is_replaced_where_it_is_and_stays_what_it_was() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let at = |name: &str| folder.path().join(name);
        let read = |name: &str| fs::read_to_string(at(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let put = |name: &str, text: &str| replace(&at(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
        put("new", "1");
        fs::set_permissions(at("new"), fs::Permissions::from_mode(0o600)).unwrap_or_else(|error| panic!("{error}"));
        for (link, to) in [("to the file", "new"), ("to nothing", "later")] {
            symlink(to, at(link)).unwrap_or_else(|error| panic!("{error}"));
            put(link, link);
            assert!(at(link).is_symlink());
            assert_eq!(read(to), link);
        }
        let mode = fs::metadata(at("new")).map(|about| about.permissions().mode() & 0o777);
        assert_eq!(mode.unwrap_or_default(), 0o600);
        let names = fs::read_dir(folder.path()).map(Iterator::count).unwrap_or_default();
        assert_eq!(names, 4, "nothing is left over");

        let held = put("new", "2");
        let other = fs::File::open(at("new")).unwrap_or_else(|error| panic!("{error}"));
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(other.try_lock().is_ok());
    }
}

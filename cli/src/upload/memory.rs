//! Which video each file was registered as, until it is there: a small JSON file in the user's folder of states.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{env, fs};

use baijiayun::Client;
use baijiayun::core::operation;

use crate::files;

/// More files are not remembered; the ones whose names sort first are forgotten.
const MOST: usize = 1000;

#[derive(Clone)]
pub(super) struct Memory {
    /// None: nowhere to remember.
    file: Option<PathBuf>,
    account: String,
}

impl Memory {
    /// What is remembered of the uploads of an account.
    pub(super) fn of(client: &Client) -> Memory {
        let account = client.account();
        let address = operation::find("video.get_upload_url").ok().and_then(|operation| account.address(operation));
        Memory {
            file: folder().map(|folder| folder.join("uploads.json")),
            account: format!("{} {}", address.unwrap_or_default(), account.partner_id()),
        }
    }

    pub(super) fn find(&self, file: &Path) -> Option<i64> {
        self.read().remove(&self.key(file)?)
    }

    /// If it cannot be written the upload goes on all the same.
    pub(super) fn keep(&self, file: &Path, video_id: i64) {
        let Some(key) = self.key(file) else { return };
        let mut known = self.read();
        known.insert(key, video_id);
        while known.len() > MOST {
            known.pop_first();
        }
        self.write(&known);
    }

    pub(super) fn forget(&self, file: &Path) {
        let mut known = self.read();
        if self.key(file).is_some_and(|key| known.remove(&key).is_some()) {
            self.write(&known);
        }
    }

    /// A file that was written to since is another file.
    fn key(&self, file: &Path) -> Option<String> {
        let path = fs::canonicalize(file).ok()?;
        let about = fs::metadata(&path).ok()?;
        let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some(format!("{} {} {} {changed}", self.account, path.display(), about.len()))
    }

    fn read(&self) -> BTreeMap<String, i64> {
        let text = self.file.as_ref().and_then(|file| files::read(file).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn write(&self, known: &BTreeMap<String, i64>) {
        let Some(file) = &self.file else { return };
        let Ok(text) = serde_json::to_string(known) else { return };
        let written = file.parent().map(fs::create_dir_all);
        if written.is_some_and(|made| made.is_ok()) {
            drop(files::replace(file, &text));
        }
    }
}

/// Where a user's programs keep what they remember.
fn folder() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let states = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else {
        folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))
    };
    states.map(|states| states.join("baijiayun"))
}

//! Runs `bjy` in a folder of its own, without the environment's account.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Must never be seen in any output.
pub(crate) const KEY: &str = "Sample+Key/0==";

pub(crate) struct Bjy {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bjy {
    /// Without an account.
    pub(crate) fn new() -> Bjy {
        Bjy { folder: TempDir::new().unwrap(), environment: Vec::new() }
    }

    /// With an account in the environment.
    pub(crate) fn with_account() -> Bjy {
        Bjy::new()
            .env("BAIJIAYUN_DOMAIN", "school")
            .env("BAIJIAYUN_PARTNER_ID", "12345678")
            .env("BAIJIAYUN_PARTNER_KEY", KEY)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Bjy {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file into the working directory.
    pub(crate) fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A file in the working directory.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bjy"));
        command.args(arguments).current_dir(self.folder.path());
        for name in
            ["BAIJIAYUN_DOMAIN", "BAIJIAYUN_PARTNER_ID", "BAIJIAYUN_PARTNER_KEY", "BAIJIAYUN_ACCOUNT", "COLUMNS"]
        {
            command.env_remove(name);
        }
        command.env("HOME", self.folder.path()).env("XDG_CONFIG_HOME", self.folder.path().join("user"));
        command.env("XDG_STATE_HOME", self.folder.path().join("states"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input closes it.
        let _ = child.stdin.take().unwrap().write_all(input.as_ref());
        let done = child.wait_with_output().unwrap();
        let ran = Ran {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        };
        assert!(!ran.out.contains(KEY) && !ran.err.contains(KEY), "the key is shown: {ran:?}");
        ran
    }
}

impl Ran {
    /// What a command printed that went well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// The same as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    /// The error of a command that failed, and that has all members.
    #[track_caller]
    pub(crate) fn failure(&self) -> Value {
        assert_eq!(self.code, 1, "{self:?}");
        let error: Value = serde_json::from_str(&self.err).unwrap();
        for member in ["kind", "code", "msg", "hint", "operation"] {
            assert!(error.get(member).is_some(), "{member} is missing: {error}");
        }
        error
    }
}

//! What the tool prints: JSON for programs, words and tables for people.

mod json;
pub(crate) mod table;

use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;

/// How output is written.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Output 输出")]
pub(crate) struct Output {
    /// JSON instead of words and tables, for errors as well 以 JSON 输出
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Indented JSON, as on a terminal 缩进 JSON
    #[arg(long, global = true)]
    pretty: bool,
}

impl Output {
    /// Prints a text on stdout.
    pub(crate) fn print(self, text: &str) -> Result<(), Failure> {
        let mut text = text.to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // The reader has seen enough, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
            result => result.map_err(|error| Failure::io("cannot write to stdout", &error)),
        }
    }

    /// Prints a value as JSON on stdout.
    pub(crate) fn print_json(self, value: &impl Serialize) -> Result<(), Failure> {
        let text =
            serde_json::to_string(value).map_err(|error| Failure::new("internal", format!("no JSON form: {error}")))?;
        self.print_json_text(&text)
    }

    /// Prints a JSON text on stdout, its numbers as they stand.
    pub(crate) fn print_json_text(self, text: &str) -> Result<(), Failure> {
        if self.pretty || io::stdout().is_terminal() { self.print(&json::pretty(text)) } else { self.print(text) }
    }

    /// Prints a failure on stderr: JSON if asked for, or if no person reads it.
    pub(crate) fn print_failure(self, failure: &Failure) {
        if self.json || !io::stderr().is_terminal() {
            print_line(failure);
        } else {
            eprintln!("{failure}");
        }
    }
}

/// Prints a value on stderr as one line of JSON.
pub(crate) fn print_line(value: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(value) {
        eprintln!("{line}");
    }
}

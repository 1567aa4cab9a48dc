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
        let mut text = shown(text);
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

    /// Prints a failure on stderr: JSON if asked for, or if no person looks on.
    pub(crate) fn print_failure(self, failure: &Failure) {
        if self.json || !(io::stderr().is_terminal() || io::stdout().is_terminal()) {
            print_line(failure);
        } else {
            tell(&failure.to_string());
        }
    }
}

/// Writes lines on stderr. Where nobody takes them there is nobody to be told of that.
fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", shown(text));
}

/// Prints a value on stderr as one line of JSON.
pub(crate) fn print_line(value: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(value) {
        tell(&line);
    }
}

/// A text as a terminal may have it. What the service, and so anybody who can write into its chats, has to say must not
/// move the cursor, colour or rename anything, or turn the order of letters round. JSON takes `\u009b` as well.
pub(crate) fn shown(text: &str) -> String {
    let is_bidi =
        |char| matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_bidi(char) || (char.is_control() && char != '\n' && char != '\t') {
            shown.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            shown.push(char);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn terminals_are_not_commanded() {
        assert_eq!(
            shown("测试\n\ta\u{1b}[31m\u{9b}2J\u{7f}\r\u{202e}b\u{2069}\u{61c}"),
            "测试\n\ta\\u001b[31m\\u009b2J\\u007f\\u000d\\u202eb\\u2069\\u061c"
        );
    }
}

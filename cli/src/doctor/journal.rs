//! What was asked already, kept beside the output: one line of JSON per
//! answer, written as it comes, so that no interruption loses any.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use baijiayun::core::Operation;
use baijiayun::{Account, Method};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::finding::Answers;
use crate::failure::Failure;
use crate::files;

/// Whose answers they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    pub(super) address: String,
    pub(super) partner_id: String,
}

impl Owner {
    pub(super) fn of(account: &Account) -> Owner {
        let address = account.address(&Operation::raw(Method::Post, "")).unwrap_or_default();
        Owner { address, partner_id: account.partner_id().to_owned() }
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    #[serde(flatten)]
    answer: Answer,
}

/// Where the answers of an output file are kept.
pub(super) fn beside(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".state");
    PathBuf::from(name)
}

/// The answers that are kept there, and whose they are.
pub(super) fn read(path: &Path) -> Result<(Option<Owner>, Answers), Failure> {
    let text = match files::read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::io(path.display(), &error)),
    };
    let mut lines = text.lines();
    let owner = lines.next().and_then(|line| serde_json::from_str(line).ok());
    // A line that was torn by an interruption is asked again.
    let answers = lines.filter_map(|line| serde_json::from_str::<Line>(line).ok());
    Ok((owner, answers.map(|Line { path, answer }| (path, answer)).collect()))
}

pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Goes on with the answers that are kept there, or begins anew.
    pub(super) fn open(path: PathBuf, owner: &Owner, fresh: bool) -> Result<(Journal, Answers), Failure> {
        let (kept_for, answers) = if fresh { (None, Answers::new()) } else { read(&path)? };
        if let Some(other) = kept_for.as_ref().filter(|kept_for| *kept_for != owner) {
            return Err(Failure::new(
                "state",
                format!("{} has answers for account {} at {}", path.display(), other.partner_id, other.address),
            )
            .with_hint("write to another file with --output, or ask everything anew with --fresh"));
        }
        let begun = kept_for.is_some();
        let file = if begun { OpenOptions::new().append(true).open(&path) } else { File::create(&path) };
        let file = file.map_err(|error| Failure::io(path.display(), &error))?;
        let mut journal = Journal { path, file };
        if begun {
            // Ends a torn line.
            journal.write("\n")?;
            Ok((journal, answers))
        } else {
            journal.line(owner)?;
            Ok((journal, Answers::new()))
        }
    }

    pub(super) fn keep(&mut self, path: &str, answer: &Answer) -> Result<(), Failure> {
        self.line(&Line { path: path.to_owned(), answer: answer.clone() })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text =
            serde_json::to_string(value).map_err(|error| Failure::new("internal", format!("no JSON form: {error}")))?;
        self.write(&format!("{text}\n"))
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.file.write_all(text.as_bytes()).map_err(|error| Failure::io(self.path.display(), &error))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::{Answer, Journal, Owner};

    fn owner(id: &str) -> Owner {
        Owner { address: "http://here".to_owned(), partner_id: id.to_owned() }
    }

    #[test]
    fn a_torn_line_costs_one_answer() {
        let folder = TempDir::new().unwrap_or_else(|error| panic!("{error}"));
        let path = folder.path().join("state");
        let open =
            |id: &str, fresh| Journal::open(path.clone(), &owner(id), fresh).map_err(|failure| failure.to_string());
        let (mut journal, _) = open("1", false).unwrap_or_else(|error| panic!("{error}"));
        for name in ["/a", "/b"] {
            journal.keep(name, &Answer::accepted()).unwrap_or_else(|error| panic!("{error}"));
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, &text[..text.len() - 9]).unwrap_or_else(|error| panic!("{error}"));

        let (mut journal, answers) = open("1", false).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answers.keys().collect::<Vec<_>>(), ["/a"]);
        journal.keep("/b", &Answer::accepted()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(open("1", false).map(|(_, answers)| answers.len()), Ok(2));

        let refused = open("2", false).map(drop).unwrap_err();
        assert!(refused.contains("account 1"), "{refused}");
        assert_eq!(open("2", true).map(|(_, answers)| answers.len()), Ok(0));
    }
}

//! The file of paths: TOML, or JSON for languages that read no TOML.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::finding::{Finding, State};
use super::journal::Owner;
use super::question::Question;
use crate::failure::Failure;

pub(super) fn write(output: &Path, owner: &Owner, findings: &[(&Question<'_>, Finding<'_>)]) -> Result<(), Failure> {
    let is_json = output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let text = if is_json { as_json(findings) } else { as_toml(owner, findings) };
    fs::write(output, text).map_err(|error| Failure::io(output.display(), &error))
}

fn as_json(findings: &[(&Question<'_>, Finding<'_>)]) -> String {
    let mut paths = serde_json::Map::new();
    for (question, finding) in findings {
        if let Finding::Found { path, .. } = finding {
            paths.insert(question.operation.name.to_string(), json!(path));
        }
    }
    format!("{:#}\n", json!({ "paths": paths }))
}

fn as_toml(owner: &Owner, findings: &[(&Question<'_>, Finding<'_>)]) -> String {
    let mut text = format!(
        "# Written by `bjy doctor` on {}, for account {} at {}.\n\
         # It is written anew each time: paths of your own belong into [paths] of baijiayun.toml, which wins.\n\
         # What stands behind a path is what the service answered to a request without parameters:\n\
         # evidence that the path exists, not proof that it is the right one.\n#\n",
        jiff::Timestamp::now().strftime("%Y-%m-%d"),
        owner.partner_id,
        owner.address,
    );
    for (state, count) in counts(findings) {
        line(&mut text, format_args!("# {count:4} {}", state.words()));
    }
    text.push_str("\n[paths]\n");
    for (question, finding) in findings {
        if let Finding::Found { path, answer, .. } = finding {
            let mut evidence = answer.evidence();
            if *path != question.operation.path {
                evidence = format!("{evidence}; the guess was {}", question.operation.path);
            }
            line(&mut text, format_args!("\"{}\" = \"{path}\" # {evidence}", question.operation.name));
        }
    }
    for state in [State::NotFound, State::CannotBeAsked, State::Unknown, State::NotAskedYet] {
        let mut those = findings.iter().filter(|(question, finding)| State::of(question, finding) == state).peekable();
        if those.peek().is_some() {
            line(&mut text, format_args!("\n# {}", state.words()));
        }
        for (question, _) in those {
            line(&mut text, format_args!("# {}: {}", question.operation.name, question.candidates.join(", ")));
            for out in &question.left_out {
                line(&mut text, format_args!("#   {} was not asked: {}", out.path, out.why));
            }
        }
    }
    text
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{arguments}");
}

/// How many findings there are of each kind that occurs.
pub(super) fn counts(findings: &[(&Question<'_>, Finding<'_>)]) -> Vec<(State, usize)> {
    let count = |state| findings.iter().filter(|(question, finding)| State::of(question, finding) == state).count();
    State::ALL.into_iter().map(|state| (state, count(state))).filter(|(_, count)| *count > 0).collect()
}

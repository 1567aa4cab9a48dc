//! What the doctor says at the end.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::file::counts;
use super::finding::{Finding, State};
use super::question::{LeftOut, Question};
use crate::account::PATHS_FILE;
use crate::failure::Failure;
use crate::output::{Output, table};

#[derive(Serialize)]
struct Shown<'a> {
    file: String,
    /// Requests of this run.
    requests: u64,
    counts: Map<String, Value>,
    operations: Vec<ShownOperation<'a>>,
}

#[derive(Serialize)]
struct ShownOperation<'a> {
    name: &'a str,
    state: State,
    guess: &'a str,
    path: Option<&'a str>,
    evidence: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_asked: Vec<ShownLeftOut<'a>>,
}

#[derive(Serialize)]
pub(super) struct ShownLeftOut<'a> {
    pub(super) path: &'a str,
    why: &'a str,
}

impl<'a> ShownLeftOut<'a> {
    pub(super) fn of(out: &'a LeftOut<'_>) -> ShownLeftOut<'a> {
        ShownLeftOut { path: out.path, why: &out.why }
    }
}

pub(super) fn print(
    file: &Path,
    requests: u64,
    findings: &[(&Question<'_>, Finding<'_>)],
    output: Output,
) -> Result<(), Failure> {
    if !output.json {
        return output.print(&text(file, requests, findings));
    }
    let state_name = |state: State| json!(state).as_str().unwrap_or_default().to_owned();
    output.print_json(&Shown {
        file: file.display().to_string(),
        requests,
        counts: counts(findings).into_iter().map(|(state, count)| (state_name(state), json!(count))).collect(),
        operations: findings.iter().map(|(question, finding)| shown(question, finding)).collect(),
    })
}

fn shown<'a>(question: &'a Question<'_>, finding: &'a Finding<'_>) -> ShownOperation<'a> {
    let (path, evidence) = match finding {
        Finding::Found { path, answer, .. } => (Some(*path), Some(answer.evidence())),
        _ => (None, None),
    };
    ShownOperation {
        name: &question.operation.name,
        state: State::of(question, finding),
        guess: &question.operation.path,
        path,
        evidence,
        not_asked: question.left_out.iter().map(ShownLeftOut::of).collect(),
    }
}

fn text(file: &Path, requests: u64, findings: &[(&Question<'_>, Finding<'_>)]) -> String {
    let mut parts = Vec::new();
    let mut details = table::new(&["operation 接口", "finding 结果", "path 路径"]);
    let mut remarkable = 0;
    for (question, finding) in findings {
        let state = State::of(question, finding);
        let path = match finding {
            _ if matches!(state, State::GuessRight | State::NotAskedYet) => continue,
            Finding::Found { path, .. } => (*path).to_owned(),
            _ => {
                question.left_out.iter().map(|out| format!("{}: {}", out.path, out.why)).collect::<Vec<_>>().join("\n")
            }
        };
        details.add_row([question.operation.name.to_string(), state.words().to_owned(), path]);
        remarkable += 1;
    }
    if remarkable > 0 {
        parts.push(details.to_string());
    }
    let counts = counts(findings);
    let mut summary = table::new(&["finding 结果", "operations 接口数"]);
    for (state, count) in &counts {
        summary.add_row([state.words().to_owned(), count.to_string()]);
    }
    parts.push(summary.to_string());
    parts.push(format!("{requests} requests were sent in this run; the paths are in {}.", file.display()));
    parts.extend(next_steps(file, &counts));
    parts.join("\n")
}

fn next_steps(file: &Path, counts: &[(State, usize)]) -> Vec<String> {
    let any = |state: State| counts.iter().any(|(known, _)| *known == state);
    let mut steps = vec![
        "That a path exists is evidence, not proof: try a call before you rely on it. 路径存在只是依据,使用前请先试调用。".to_owned(),
        if file == Path::new(PATHS_FILE) {
            "bjy loads the file when it is run in this folder; a Rust program with Account::with_paths(paths::read(...)?).".to_owned()
        } else {
            format!("bjy loads it as {PATHS_FILE} in the folder where it is run; a Rust program with Account::with_paths(paths::read(...)?).")
        },
    ];
    if any(State::NoPermission) {
        steps.push("No permission: ask your BaijiaYun account manager to open the feature.".to_owned());
    }
    if any(State::NotFound) || any(State::CannotBeAsked) {
        steps.push(
            "Not found, or not asked: ask BaijiaYun for the address and set it in [paths] of baijiayun.toml."
                .to_owned(),
        );
    }
    if any(State::Unknown) || any(State::NotAskedYet) {
        steps.push("Unknown, or not asked yet: run `bjy doctor` again; it goes on where it stopped.".to_owned());
    }
    steps
}

//! What a run would ask, without asking.

use std::collections::HashSet;

use serde::Serialize;

use super::finding::{Answers, Finding, Survey, control};
use super::question::Question;
use super::report::ShownLeftOut;
use crate::failure::Failure;
use crate::output::{Output, table};

#[derive(Serialize)]
struct Plan<'a> {
    operations: Vec<Planned<'a>>,
    /// If every first candidate exists.
    requests_at_least: usize,
    /// If none exists.
    requests_at_most: usize,
    /// How long the most take; a service that answers slowly takes longer.
    seconds_about: u64,
}

#[derive(Serialize)]
struct Planned<'a> {
    name: &'a str,
    method: &'static str,
    /// What may be asked, the best candidate first.
    paths: Vec<&'a str>,
    /// What is left out of the request.
    required: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_asked: Vec<ShownLeftOut<'a>>,
}

pub(super) fn print(
    questions: &[Question<'_>],
    selected: impl Fn(&Question<'_>) -> bool,
    answers: &Answers,
    requests_per_10s: u32,
    output: Output,
) -> Result<(), Failure> {
    let mut survey = Survey::default();
    let mut controls = HashSet::new();
    let mut first_controls = HashSet::new();
    let mut operations = Vec::new();
    for question in questions {
        let finding = survey.look(question, answers);
        if !selected(question) || !(matches!(finding, Finding::Pending { .. }) || question.candidates.is_empty()) {
            continue;
        }
        let paths: Vec<&str> =
            question.candidates.iter().copied().filter(|path| !answers.contains_key(*path)).collect();
        let unknown = |path: &&str| Some(control(path)).filter(|control| !answers.contains_key(control));
        controls.extend(paths.iter().filter_map(unknown));
        first_controls.extend(paths.first().and_then(unknown));
        operations.push(Planned {
            name: &question.operation.name,
            method: question.operation.method.as_str(),
            paths,
            required: question.required().collect(),
            not_asked: question.left_out.iter().map(ShownLeftOut::of).collect(),
        });
    }
    let asked = operations.iter().filter(|operation| !operation.paths.is_empty()).count();
    let paths: usize = operations.iter().map(|operation| operation.paths.len()).sum();
    // Each run that asked anything begins with the overall control.
    let control = usize::from(asked > 0);
    let most = control + controls.len() + paths;
    let plan = Plan {
        requests_at_least: control + first_controls.len() + asked,
        requests_at_most: most,
        // The client keeps a sixth below the limit, so that no window of 10 s ever has too many.
        seconds_about: (most as u64 * 70).div_ceil(6 * u64::from(requests_per_10s)),
        operations,
    };
    if output.json { output.print_json(&plan) } else { output.print(&text(&plan)) }
}

fn text(plan: &Plan<'_>) -> String {
    let mut rows = table::new(&["operation 接口", "left out 省略的参数", "candidates 候选路径", "not asked 不探测"]);
    for operation in &plan.operations {
        let not_asked: Vec<&str> = operation.not_asked.iter().map(|out| out.path).collect();
        rows.add_row([
            operation.name.to_owned(),
            operation.required.join(", "),
            operation.paths.len().to_string(),
            not_asked.join(", "),
        ]);
    }
    format!(
        "{rows}\n{} operations, {} to {} requests without parameters, up to about {} s at this rate. Nothing was sent. 未发送任何请求。",
        plan.operations.len(),
        plan.requests_at_least,
        plan.requests_at_most,
        plan.seconds_about,
    )
}

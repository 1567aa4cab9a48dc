//! What the answers so far say about the operations.

use std::collections::{HashMap, HashSet};

use super::answer::{Answer, Meaning};
use super::question::Question;

/// The answers so far, by path.
pub(super) type Answers = HashMap<String, Answer>;

/// What is known about an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding<'a> {
    /// This path exists.
    Found { path: &'a str, answer: Answer, permitted: bool },
    /// All candidates were asked, and none exists.
    NotFound,
    /// No candidate that can be asked exists; those that cannot are left.
    CannotBeAsked,
    /// Some answers are unclear.
    Unknown,
    /// There is a path to be asked.
    Pending { next: String },
}

/// A path that surely does not exist. If the service does not answer 404 to
/// it, its answers say nothing at all.
pub(super) const CONTROL: &str = "/openapi/bjyDoctorControl";

/// A path in the same folder that surely does not exist. If the service does
/// not answer 404 to it, its answers say nothing about the folder's paths.
pub(super) fn control(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    format!("{folder}/bjyDoctorControl")
}

/// What the answers say about all operations, one after the other: a path that
/// one of them has found is no longer a candidate of the next.
#[derive(Default)]
pub(super) struct Survey {
    taken: HashSet<String>,
}

impl Survey {
    pub(super) fn look<'a>(&mut self, question: &Question<'a>, answers: &Answers) -> Finding<'a> {
        let mut unclear = false;
        for &path in question.candidates.iter().filter(|path| !self.taken.contains(**path)) {
            let control = control(path);
            match answers.get(&control) {
                None => return Finding::Pending { next: control },
                Some(answer) if answer.meaning(false) != Meaning::Missing => {
                    unclear = true;
                    continue;
                }
                Some(_) => {}
            }
            let Some(answer) = answers.get(path) else {
                return Finding::Pending { next: path.to_owned() };
            };
            match answer.meaning(!question.requires()) {
                Meaning::Missing => {}
                Meaning::Unclear => unclear = true,
                meaning @ (Meaning::Exists | Meaning::NoPermission) => {
                    self.taken.insert(path.to_owned());
                    return Finding::Found { path, answer: answer.clone(), permitted: meaning == Meaning::Exists };
                }
            }
        }
        match question.left_out.is_empty() {
            _ if unclear => Finding::Unknown,
            true => Finding::NotFound,
            false => Finding::CannotBeAsked,
        }
    }
}

/// The findings of all questions, in their order.
pub(super) fn all<'q, 'a>(questions: &'q [Question<'a>], answers: &Answers) -> Vec<(&'q Question<'a>, Finding<'a>)> {
    let mut survey = Survey::default();
    questions.iter().map(|question| (question, survey.look(question, answers))).collect()
}

/// The kinds of findings, as they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    GuessRight,
    OtherCandidate,
    NoPermission,
    NotFound,
    CannotBeAsked,
    Unknown,
    NotAskedYet,
}

impl State {
    pub(super) const ALL: [State; 7] = [
        State::GuessRight,
        State::OtherCandidate,
        State::NoPermission,
        State::NotFound,
        State::CannotBeAsked,
        State::Unknown,
        State::NotAskedYet,
    ];

    pub(super) fn of(question: &Question<'_>, finding: &Finding<'_>) -> State {
        match finding {
            Finding::Found { permitted: false, .. } => State::NoPermission,
            Finding::Found { path, .. } if *path == question.operation.path => State::GuessRight,
            Finding::Found { .. } => State::OtherCandidate,
            Finding::NotFound => State::NotFound,
            Finding::CannotBeAsked => State::CannotBeAsked,
            Finding::Unknown => State::Unknown,
            Finding::Pending { .. } => State::NotAskedYet,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            State::GuessRight => "found: the guess was right 猜测正确",
            State::OtherCandidate => "found: another candidate 为其他候选路径",
            State::NoPermission => "exists, no permission 存在但无权限",
            State::NotFound => "not found 未找到",
            State::CannotBeAsked => "cannot be asked safely 无法安全探测",
            State::Unknown => "unknown: unclear answers 响应不明",
            State::NotAskedYet => "not asked yet 尚未探测",
        }
    }
}

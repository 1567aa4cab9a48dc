//! Asking the account, path by path.

use baijiayun::{Client, Error, Retry};
use indicatif::ProgressBar;

use super::answer::{Answer, Meaning, Told};
use super::finding::{self, Answers, CONTROL, Finding, Survey};
use super::journal::Journal;
use super::question::Question;
use crate::failure::Failure;

/// After so many requests in a row without an answer, the rest would have none either.
const MOST_SILENT: u32 = 3;

pub(super) struct Probe {
    client: Client,
    journal: Journal,
    pub(super) answers: Answers,
    /// Requests of this run that were answered.
    pub(super) asked: u64,
    silent: u32,
}

impl Probe {
    pub(super) fn new(client: Client, journal: Journal, answers: Answers) -> Probe {
        Probe { client, journal, answers, asked: 0, silent: 0 }
    }

    /// Asks all that is open about the selected operations.
    pub(super) async fn run(
        &mut self,
        questions: &[Question<'_>],
        selected: impl Fn(&Question<'_>) -> bool,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        let mut survey = Survey::default();
        let mut checked = false;
        for question in questions {
            let mut finding = survey.look(question, &self.answers);
            if !selected(question) {
                continue;
            }
            bar.set_message(question.operation.name.to_string());
            while let Finding::Pending { next } = finding {
                if !checked {
                    self.check_control(question).await?;
                    checked = true;
                }
                self.ask(question, next).await?;
                finding = survey.look(question, &self.answers);
            }
            bar.inc(1);
        }
        Ok(())
    }

    /// Makes sure of this run's account and service, before anything else is asked.
    async fn check_control(&mut self, question: &Question<'_>) -> Result<(), Failure> {
        let answer = match self.send(question, CONTROL).await {
            Told::Answer(answer) => answer,
            Told::Silence(error) | Told::Stop(error) => return Err(error.into()),
        };
        if answer.meaning(false) != Meaning::Missing {
            return Err(Failure::new(
                "cannot_tell",
                format!("the service answers {} even to {CONTROL}, which cannot exist", answer.evidence()),
            )
            .with_hint(
                "so its answers do not tell which paths exist; is the domain right, and is the account open? \
                 Otherwise ask BaijiaYun for the addresses and set them in [paths] of baijiayun.toml",
            ));
        }
        Ok(())
    }

    async fn ask(&mut self, question: &Question<'_>, path: String) -> Result<(), Failure> {
        let is_control = path == finding::control(&path);
        match self.send(question, &path).await {
            Told::Stop(error) => Err(error.into()),
            Told::Silence(error) => self.be_silent(path, error),
            Told::Answer(answer) => {
                let meaning = answer.meaning(!is_control && !question.requires());
                let settled = if is_control { meaning == Meaning::Missing } else { meaning != Meaning::Unclear };
                let took = !is_control && !question.operation.read_only && answer.code == Some(0);
                self.keep(&path, answer, settled)?;
                if took { Err(taken(question, &path)) } else { Ok(()) }
            }
        }
    }

    fn be_silent(&mut self, path: String, error: Error) -> Result<(), Failure> {
        self.silent += 1;
        self.answers.insert(path, Answer::default());
        if self.silent < MOST_SILENT { Ok(()) } else { Err(error.into()) }
    }

    /// What is not settled is known for this run only, and asked again by the next.
    fn keep(&mut self, path: &str, answer: Answer, settled: bool) -> Result<(), Failure> {
        self.silent = 0;
        if settled {
            self.journal.keep(path, &answer)?;
        }
        self.answers.insert(path.to_owned(), answer);
        Ok(())
    }

    /// Sends no parameter at all. So it can do no harm twice either.
    async fn send(&mut self, question: &Question<'_>, path: &str) -> Told {
        let call = self.client.call_path(question.operation.method, path).retry(Retry::Always);
        let told = match call.send().await {
            Ok(_) => Told::Answer(Answer::accepted()),
            Err(error) => Told::by(error, question.required()),
        };
        self.asked += 1;
        told
    }
}

/// The documents say that this cannot happen; whatever it did, it is not done to the next operation as well.
fn taken(question: &Question<'_>, path: &str) -> Failure {
    let name = &question.operation.name;
    let required = question.required().collect::<Vec<_>>().join(", ");
    Failure::new("accepted", format!("{path} took a request without {required}, which {name} requires")).with_hint(
        "look whether it changed anything; run `bjy doctor` again to go on, or with --read-only to ask only what reads",
    )
}

//! `bjy doctor`: asks the user's account which of the guessed paths exist.
//!
//! The documents cut many addresses off. A signed request that leaves all
//! parameters out is refused by an operation (1001) and by nothing (404), which
//! tells the candidates apart and changes nothing.
//! `docs/decisions/0009-doctor-asks-without-parameters.md` says why, and what it cannot tell.

mod answer;
mod file;
mod finding;
mod journal;
mod plan;
mod probe;
mod question;
mod report;

use std::path::PathBuf;

use baijiayun::{Client, QuotaSettings, Settings};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::account::{AccountFlags, PATHS_FILE};
use crate::failure::Failure;
use crate::output::Output;
use crate::runtime;

use finding::{Finding, State};
use journal::{Journal, Owner};
use probe::Probe;
use question::Question;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Requests go out without any parameter: an operation refuses them (1001), a path that is none answers 404. What could \
                  change something even so is not asked. Answers are kept beside the output (.state): a run that was interrupted goes on \
                  where it stopped."
)]
pub(crate) struct Args {
    /// Where the paths are written; JSON if the name ends in .json 输出文件
    #[arg(long, value_name = "FILE", default_value = PATHS_FILE)]
    output: PathBuf,
    /// Only operations whose names begin so, for example room. 只探测名称以此开头的接口
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Only operations that change nothing even when they are called rightly 只探测只读接口
    #[arg(long)]
    read_only: bool,
    /// Requests in 10 s; all programs of an account share the 200 that it has 每 10 秒请求数
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_10s: u32,
    /// Show what would be asked and how long it takes, and send nothing 仅显示计划
    #[arg(long)]
    dry_run: bool,
    /// Forget the answers of earlier runs 忽略以前的结果
    #[arg(long)]
    fresh: bool,
}

impl Args {
    fn selects(&self, question: &Question<'_>) -> bool {
        let named = self.only.as_ref().is_none_or(|prefix| question.operation.name.starts_with(prefix.as_str()));
        named && (question.operation.read_only || !self.read_only)
    }
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let questions = question::all();
    let selected = questions.iter().filter(|question| args.selects(question)).count();
    if selected == 0 {
        let prefix = args.only.as_deref().unwrap_or_default();
        return Err(Failure::new(
            "unknown_operation",
            format!("no operation with a guessed path begins with {prefix:?}"),
        )
        .with_hint("`bjy operations` marks the guessed paths; the others need no doctor"));
    }
    let state = journal::beside(&args.output);
    if args.dry_run {
        let answers = if args.fresh { finding::Answers::new() } else { journal::read(&state)?.1 };
        return plan::print(&questions, |question| args.selects(question), &answers, args.requests_per_10s, output);
    }

    let account = account.settings()?.account()?;
    let owner = Owner::of(&account);
    let quota = QuotaSettings { requests: args.requests_per_10s, seconds: 10, ..QuotaSettings::default() };
    let client = Client::builder(account).settings(Settings { quota, ..Settings::default() }).build()?;
    let (journal, answers) = Journal::open(state, &owner, args.fresh)?;
    let mut probe = Probe::new(client, journal, answers);
    let bar = progress(selected, output);
    let outcome = runtime::block_on(async {
        let interrupted = runtime::interrupted()?;
        tokio::select! {
            outcome = probe.run(&questions, |question| args.selects(question), &bar) => outcome,
            () = interrupted => Err(Failure::new("interrupted", "the doctor was interrupted")
                .with_hint("every answer was kept: run `bjy doctor` again to go on")),
        }
    });
    bar.finish_and_clear();

    let findings = finding::all(&questions, &probe.answers);
    if findings.iter().any(|(question, finding)| State::of(question, finding) != State::NotAskedYet) {
        file::write(&args.output, &owner, &findings)?;
        let selected: Vec<(&Question<'_>, Finding<'_>)> =
            findings.into_iter().filter(|(question, _)| args.selects(question)).collect();
        report::print(&args.output, probe.asked, &selected, output)?;
    }
    outcome
}

fn progress(operations: usize, output: Output) -> ProgressBar {
    let target = if output.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {elapsed} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(operations as u64), target).with_style(style)
}

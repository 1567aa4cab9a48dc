//! Calls: one, all pages of a list, or one for each row of a file.

mod repeat;
mod rows;

use std::path::PathBuf;
use std::time::Duration;

use baijiayun::core::operation::Operation;
use baijiayun::{Client, Params};
use indicatif::{ProgressBar, ProgressStyle};

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::output::Output;
use crate::params::CallArgs;
use crate::{parse, runtime};
use rows::{Format, Printer};

#[derive(Debug, clap::Args)]
#[command(after_help = "For example 例如:\n  bjy call room.list --all --csv --columns room_id,title > rooms.csv\n  \
    bjy call room.create --repeat-from timetable.csv   # a row for each room, with title, start_time, end_time")]
pub(crate) struct Args {
    #[command(flatten)]
    call: CallArgs,
    /// Seconds that the call may take, with all attempts; 120, or 3600 with a file, if not given 超时秒数
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
    /// All pages of a list, as a table if nothing else is said 全部分页
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    format: Format,
    /// One call for each row of a CSV file with parameters as columns (# begins the name of one that is none). What came of
    /// it goes to another CSV file; the same command goes on where it stopped 按 CSV 逐行调用，可续传
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["all", "csv", "jsonl"])]
    repeat_from: Option<PathBuf>,
    /// That other file, if it is not to be FILE.results.csv 结果文件
    #[arg(long, value_name = "FILE.csv", requires = "repeat_from")]
    results: Option<PathBuf>,
    /// Calls again the rows of which nobody knows whether the service carried them out 重新调用结果未知的行
    #[arg(long, requires = "repeat_from")]
    again: bool,
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (operation, params) = args.call.resolve()?;
    let account = account.settings()?.account()?;
    let caller = Caller {
        client: Client::builder(account).build()?,
        operation,
        deadline: args.timeout.map(Duration::from_secs),
    };
    if let Some(file) = &args.repeat_from {
        let job =
            repeat::Job { file, results: args.results.as_deref(), again: args.again, columns: args.format.columns() };
        return repeat::run(&caller, &params, &job);
    }
    if args.all {
        return all(&caller, params, args, output);
    }
    let answer = runtime::block_on(async { Ok(caller.call(params).send().await?) })?;
    if args.format.is_given() {
        parse::print_departures(operation, &answer.departures);
        let mut printer = Printer::new(operation, &args.format, output);
        printer.take(&answer.data)?;
        return printer.end();
    }
    parse::print(operation, &answer, output)
}

/// What makes the calls of one command.
struct Caller {
    client: Client,
    operation: &'static Operation,
    deadline: Option<Duration>,
}

impl Caller {
    fn call(&self, params: Params) -> baijiayun::Call {
        let call = self.client.call(&self.operation.name).params(params);
        match self.deadline {
            Some(deadline) => call.deadline(deadline),
            None => call,
        }
    }
}

fn all(caller: &Caller, params: Params, args: &Args, output: Output) -> Result<(), Failure> {
    let mut printer = Printer::new(caller.operation, &args.format, output);
    let bar = progress("{spinner} {pos} rows 行");
    let came = runtime::block_on(async {
        let mut pages = caller.call(params).pages();
        while let Some(page) = pages.next().await {
            let page = page?;
            parse::print_departures(caller.operation, page.departures());
            bar.inc(printer.take(page.json())?);
        }
        Ok(())
    });
    bar.finish_and_clear();
    // What came before an error is shown as well.
    printer.end().and(came)
}

/// On stderr, and only where somebody watches.
fn progress(template: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}

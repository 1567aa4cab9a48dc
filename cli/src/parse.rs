use std::io::{self, Read};

use baijiayun::Answer;
use baijiayun::core::{answer, operation};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{self, Output};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Operation that was called, for example room.create 接口名称
    operation: String,
    /// HTTP status of the answer HTTP 状态码
    #[arg(long, default_value_t = 200, value_name = "N")]
    status: u16,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let operation = operation::find(&args.operation)?;
    let mut body = Vec::new();
    let limit = answer::MAX_BYTES as u64 + 1;
    io::stdin()
        .take(limit)
        .read_to_end(&mut body)
        .map_err(|error| Failure::io("cannot read standard input", &error))?;
    print(&answer::parse(operation, args.status, &body)?, output)
}

/// Prints the data of an answer on stdout, and on stderr what is not as described.
pub(crate) fn print(answer: &Answer, output: Output) -> Result<(), Failure> {
    for departure in &answer.departures {
        output::print_line(&ShownDeparture {
            path: &departure.path,
            expected: departure.expected,
            found: &departure.found,
        });
    }
    output.print_json_text(&String::from_utf8_lossy(&answer.data))
}

#[derive(Serialize)]
struct ShownDeparture<'a> {
    path: &'a str,
    expected: &'static str,
    found: &'a str,
}

//! `bjy parse`: an answer that is at hand, read as that of an operation.

use std::io::{self, Read};

use baijiayun::Answer;
use baijiayun::core::coerce::Departure;
use baijiayun::core::operation::Operation;
use baijiayun::core::{answer, operation};
use baijiayun_api::{Description, Shape};
use clap_complete::ArgValueCompleter;
use serde::Serialize;

use crate::completions;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::secrets::holds_secret;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Operation that was called, for example room.create 接口名称
    #[arg(add = ArgValueCompleter::new(completions::operations))]
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
    print(operation, &answer::parse(operation, args.status, &body)?, output)
}

/// Prints the data of an answer on stdout, and on stderr what is not as described.
pub(crate) fn print(operation: &Operation, answer: &Answer, output: Output) -> Result<(), Failure> {
    print_departures(operation, &answer.departures);
    output.print_json_text(&String::from_utf8_lossy(&answer.data))
}

/// Prints on stderr what is not as described.
pub(crate) fn print_departures(operation: &Operation, departures: &[Departure]) {
    shown(operation, departures).for_each(|departure| output::print_line(&departure));
}

/// What is not as described, without secrets.
pub(crate) fn shown<'a>(
    operation: &'a Operation,
    departures: &'a [Departure],
) -> impl Iterator<Item = ShownDeparture<'a>> {
    departures.iter().map(|departure| ShownDeparture {
        path: &departure.path,
        expected: departure.expected,
        found: if is_secret(operation, &departure.path) { "***" } else { &departure.found },
    })
}

/// Whether the described value at this path is a secret or holds one.
fn is_secret(operation: &Operation, path: &str) -> bool {
    let mut steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    let data = Description::embedded().find(&operation.name).map(|entry| &entry.operation.response);
    match data.and_then(|data| steps.clone().try_fold(data, below)) {
        Some(shape) => holds_secret(shape),
        None => steps.any(|step| step == "partner_key"),
    }
}

fn below<'a>(shape: &'a Shape, step: &str) -> Option<&'a Shape> {
    if step.ends_with(']') { shape.items.as_deref() } else { shape.fields.get(step).or(shape.values.as_deref()) }
}

#[derive(Serialize)]
pub(crate) struct ShownDeparture<'a> {
    path: &'a str,
    expected: &'static str,
    found: &'a str,
}

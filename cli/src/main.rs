//! `bjy`: every operation of the BaijiaYun (百家云) server API from the shell.

mod account;
mod args;
mod call;
mod callback;
mod clock;
mod completions;
mod demo;
mod doctor;
mod failure;
mod files;
mod mcp;
mod mock;
mod operations;
mod output;
mod params;
mod parse;
mod ping;
mod request;
mod runtime;
mod secrets;
mod sign;
mod upload;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

fn main() -> ExitCode {
    completions::answer();
    let cli = Cli::try_parse().unwrap_or_else(|error| usage::exit(&error));
    let output = cli.output;
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.print_failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

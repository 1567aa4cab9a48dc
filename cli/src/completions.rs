use baijiayun::core::operation;
use clap::CommandFactory;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use crate::args::Cli;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Shell that will read the script 命令行解释器
    shell: Shell,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let names = PossibleValuesParser::new(operation::all().iter().map(|operation| operation.name.as_ref()));
    // Only the script knows the names as choices: a command that knew them
    // would refuse a misspelled one with the whole list.
    let mut command = ["operations", "request", "parse", "call"].iter().fold(Cli::command(), |command, name| {
        command.mut_subcommand(name, |sub| sub.mut_arg("operation", |arg| arg.value_parser(names.clone())))
    });
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "bjy", &mut script);
    output.print(&String::from_utf8_lossy(&script))
}

//! Completions: the shell asks `bjy` itself, which knows the operations and the parameters of each.

use std::env;
use std::ffi::OsStr;

use baijiayun::core::operation;
use baijiayun_api::Description;
use clap::CommandFactory;
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, CompletionCandidate, Shell};

use crate::args::Cli;
use crate::failure::Failure;
use crate::output::Output;

/// The variable by which the scripts ask.
const VARIABLE: &str = "COMPLETE";

#[derive(Debug, clap::Args)]
#[command(after_help = "For example 例如:\n  bash: echo 'source <(bjy completions bash)' >> ~/.bashrc\n  \
    zsh: echo 'source <(bjy completions zsh)' >> ~/.zshrc\n  fish: bjy completions fish > ~/.config/fish/completions/bjy.fish\n  \
    elvish: echo 'eval (bjy completions elvish | slurp)' >> ~/.elvish/rc.elv\n  \
    powershell: bjy completions powershell >> $PROFILE")]
pub(crate) struct Args {
    /// Shell that will read the script 命令行解释器
    shell: Shell,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let completer = shells
        .completer(&args.shell.to_string())
        .ok_or_else(|| Failure::new("usage", format!("{} has no completions", args.shell)))?;
    completer
        .write_registration(VARIABLE, "bjy", "bjy", "bjy", &mut script)
        .map_err(|error| Failure::io("cannot write the script", &error))?;
    output.print(&String::from_utf8_lossy(&script))
}

/// Answers a shell that asks, and ends; does nothing otherwise.
pub(crate) fn answer() {
    // A variable of that name may be somebody else's.
    if env::var_os(VARIABLE).is_some_and(|shell| Shells::builtins().names().any(|known| shell == known)) {
        CompleteEnv::with_factory(Cli::command).var(VARIABLE).complete();
    }
}

/// The operations whose names begin so.
pub(crate) fn operations(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let known = Description::embedded().operations().filter(|entry| entry.full_name().starts_with(&*current));
    known
        .map(|entry| CompletionCandidate::new(entry.full_name()).help(Some(entry.operation.title.clone().into())))
        .collect()
}

/// The parameters, of the operation that stands on the command line, whose names begin so; after the `=` the listed values.
pub(crate) fn parameters(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let arguments = env::args_os().skip_while(|argument| argument != "--").skip(1);
    let Some(operation) = arguments.filter_map(|argument| operation::find(argument.to_str()?).ok()).next() else {
        return Vec::new();
    };
    let Some(entry) = Description::embedded().find(&operation.name) else { return Vec::new() };
    let params = &entry.operation.params;
    if let Some((name, begun)) = current.split_once('=') {
        let values = params.get(name).map(|param| param.enum_values.as_slice()).unwrap_or_default();
        let values = values.iter().map(|listed| (listed.value.to_string(), &listed.meaning));
        return values
            .filter(|(value, _)| value.starts_with(begun))
            .map(|(value, meaning)| {
                CompletionCandidate::new(format!("{name}={value}")).help(Some(meaning.clone().into()))
            })
            .collect();
    }
    let known = params.iter().filter(|(name, _)| name.starts_with(&*current));
    // What is required comes first.
    known
        .map(|(name, param)| {
            CompletionCandidate::new(format!("{name}="))
                .help(Some(param.desc.clone().into()))
                .display_order(Some(usize::from(!param.required)))
        })
        .collect()
}

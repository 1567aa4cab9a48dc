//! What a command line that is not understood is told.

use std::env;
use std::process;

use crate::failure::Failure;
use crate::output;

/// Ends as clap does, but in JSON where that is asked for. Help and versions are no errors.
pub(crate) fn exit(error: &clap::Error) -> ! {
    // There are no flags to look at: reading them has failed.
    let json = env::args_os().take_while(|argument| argument != "--").any(|argument| argument == "--json");
    if !json || !error.use_stderr() {
        error.exit();
    }
    output::print_line(&failure(&error.render().to_string()));
    process::exit(error.exit_code())
}

/// clap writes the error, then perhaps a tip, then how it is used.
fn failure(text: &str) -> Failure {
    let mut paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    let msg = paragraphs.next().unwrap_or_default();
    let failure = Failure::new("usage", msg.strip_prefix("error: ").unwrap_or(&msg));
    match paragraphs.next() {
        Some(hint) => failure.with_hint(hint.strip_prefix("tip: ").unwrap_or(&hint)),
        None => failure,
    }
}

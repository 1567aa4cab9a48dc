//! This process, as a place to look for the account in: it starts the programs that tell keys.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use baijiayun::configuration::Here as Process;
use baijiayun::core::configuration::{Place, Run};
use tokio::process::Command;

use crate::runtime;

/// So long a program may take: it may have to ask a person for a password.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Here;

impl Place for Here {
    fn variable(&self, name: &str) -> Option<String> {
        Process.variable(name)
    }

    fn read(&self, file: &Path) -> Result<Option<String>, String> {
        Process.read(file)
    }

    fn programs(&self) -> Option<&Run> {
        Some(&|command| run(command, PATIENCE))
    }
}

/// What a program prints. It is not given our standard input, which is the command's; what it says on stderr a person
/// reads, and a password it may ask from the terminal.
fn run(command: &[String], patience: Duration) -> Result<String, String> {
    let [program, arguments @ ..] = command else { return Err("no program is named".to_owned()) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let done = runtime::block_on(async { Ok(tokio::time::timeout(patience, command.output()).await) });
    let done = done.map_err(|_| "it cannot be waited for".to_owned())?;
    let done = done.map_err(|_| format!("it did not end in {} s, and was stopped", patience.as_secs()))?;
    let done = done.map_err(|error| format!("it cannot be run: {error}"))?;
    if !done.status.success() {
        return Err(format!("it failed: {}", done.status));
    }
    String::from_utf8(done.stdout).map_err(|_| "what it printed is no UTF-8".to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::run;

    fn ran(command: &[&str]) -> Result<String, String> {
        run(&command.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), Duration::from_millis(300))
    }

    #[test]
    fn a_program_is_run_without_a_shell_and_does_not_hold_up() {
        assert_eq!(ran(&["printf", "%s", "$HOME; a b"]), Ok("$HOME; a b".to_owned()));
        assert_eq!(ran(&["cat"]), Ok(String::new()), "standard input is not its own");
        assert_eq!(ran(&["sleep", "1000"]), Err("it did not end in 0 s, and was stopped".to_owned()));
        assert!(ran(&["false"]).is_err_and(|why| why.starts_with("it failed: ")));
        assert!(ran(&["/no/such/program"]).is_err_and(|why| why.starts_with("it cannot be run: ")));
        assert_eq!(ran(&["printf", "\\377"]), Err("what it printed is no UTF-8".to_owned()));
    }
}

//! This process, as a place to look for the account in: it starts the programs that tell keys.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use baijiayun::configuration::Here as Process;
use baijiayun::core::configuration::{Place, Run};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::runtime;

/// So long a program may take: it may have to ask a person for a password.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most bytes that a program may print: a key has a hundred or so.
const MOST: usize = 64 << 10;

/// How long something that a program left behind may hold its output open.
const LEFT_BEHIND: Duration = Duration::from_millis(200);

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
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let done = runtime::block_on(async { Ok(tokio::time::timeout(patience, ended(command)).await) });
    let done = done.map_err(|_| "it cannot be waited for".to_owned())?;
    let done = done.map_err(|_| format!("it did not end in {} s, and was stopped", patience.as_secs()))?;
    let done = done.map_err(|error| format!("it cannot be run: {error}"))?;
    match done {
        (_, printed) if printed.len() > MOST => Err(format!("it printed more than {MOST} bytes, and was stopped")),
        (Some(status), _) if !status.success() => Err(format!("it failed: {status}")),
        (_, printed) => String::from_utf8(printed).map_err(|_| "what it printed is no UTF-8".to_owned()),
    }
}

/// How it ended, and what it printed until then. One that prints too much is not waited for.
async fn ended(mut command: Command) -> io::Result<(Option<ExitStatus>, Vec<u8>)> {
    let mut program = command.spawn()?;
    let Some(mut output) = program.stdout.take() else { return Ok((Some(program.wait().await?), Vec::new())) };
    let mut printed = Vec::new();
    let status = tokio::select! {
        read = read(&mut output, &mut printed) => {
            read?;
            None
        }
        status = program.wait() => Some(status?),
    };
    if printed.len() > MOST {
        return Ok((None, printed));
    }
    let Some(status) = status else { return Ok((Some(program.wait().await?), printed)) };
    // All that it printed is there now; what it started may go on and keep the output open.
    match tokio::time::timeout(LEFT_BEHIND, read(&mut output, &mut printed)).await {
        Ok(Err(error)) => Err(error),
        _ => Ok((Some(status), printed)),
    }
}

/// Reads on to the end, or until it is too much. What was read is there also if this is given up.
async fn read(output: &mut (impl AsyncRead + Unpin), printed: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = [0; 4096];
    while printed.len() <= MOST {
        match output.read(&mut piece).await? {
            0 => break,
            count => printed.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
    Ok(())
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
        assert_eq!(ran(&["yes"]), Err("it printed more than 65536 bytes, and was stopped".to_owned()));
        // Without the error output of this test: whoever reads that to its end would wait for what is left behind.
        let left = "printf key; sleep 5 2>&- & exit 0";
        assert_eq!(ran(&["sh", "-c", left]), Ok("key".to_owned()), "what it leaves behind is not waited for");
    }
}

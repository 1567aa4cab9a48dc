//! Callbacks: taking them, checking one, posting one as the service would, and which there are.

mod list;
mod listen;
mod send;
pub(crate) mod verify;

use std::ffi::OsStr;
use std::time::Duration;

use baijiayun::ReqwestExecutor;
use baijiayun_api::Description;
use clap::Subcommand;
use clap_complete::CompletionCandidate;
use serde_json::Value;

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take callbacks, check them and print them, each once 接收并校验回调
    Listen(listen::Args),
    /// Check the body of a callback from standard input, and say why it fails 校验回调
    Verify(verify::Args),
    /// Post a signed callback as the service would, again if the receiver fails 发送签名后的回调
    Send(send::Args),
    /// List all callbacks, or show one in detail 列出全部回调
    List(list::Args),
}

pub(crate) fn run(args: Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    match args.command {
        Command::Listen(args) => listen::run(&args, account, output),
        Command::Verify(args) => verify::run(&args, account, output),
        Command::Send(args) => send::run(&args, account, output),
        Command::List(args) => list::run(&args, output),
    }
}

/// The callbacks whose names begin so.
fn names(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let known = Description::embedded().callbacks.iter().filter(|(name, _)| name.starts_with(&*current));
    known.map(|(name, callback)| CompletionCandidate::new(name).help(Some(callback.title.clone().into()))).collect()
}

/// What a receiver answered.
struct Answered {
    status: u16,
    body: String,
}

impl Answered {
    /// Whether the service would take it for success.
    fn is_success(&self) -> bool {
        let code = serde_json::from_str::<Value>(&self.body).ok().and_then(|answer| answer.get("code")?.as_i64());
        self.status == 200 && code == Some(0)
    }
}

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most bytes of its answer that are read.
const MOST_ANSWER: usize = 64 << 10;

/// Posts a body to a receiver, which is near: past proxies.
async fn post(url: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Result<Answered, Failure> {
    let failed = |why: String| Failure::new("callback", format!("{url} gave no answer: {why}"));
    let http = ReqwestExecutor::builder().map_err(|error| failed(error.message))?.no_proxy().build();
    let http = http.map_err(|error| failed(error.to_string()))?;
    let request = http.post(url).timeout(PATIENCE).header("content-type", content_type).body(body.into());
    let mut answer = request.send().await.map_err(|error| failed(error.without_url().to_string()))?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    // A code of one digit is looked for; what comes after that may have no end.
    while body.len() <= MOST_ANSWER
        && let Some(piece) = answer.chunk().await.map_err(|error| failed(error.without_url().to_string()))?
    {
        body.extend_from_slice(&piece);
    }
    Ok(Answered { status, body: String::from_utf8_lossy(&body).into_owned() })
}

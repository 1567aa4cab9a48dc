use std::time::Duration;

use baijiayun::Client;

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::output::Output;
use crate::params::CallArgs;
use crate::parse;
use crate::runtime;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    call: CallArgs,
    /// Seconds to wait for the answer instead of 30 超时秒数
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (operation, params) = args.call.resolve()?;
    let account = account.settings()?.account()?;
    let mut builder = Client::builder(account);
    if let Some(seconds) = args.timeout {
        builder = builder.timeout(Duration::from_secs(seconds));
    }
    let client = builder.build()?;
    let answer = runtime::block_on(async { Ok(client.call(&operation.name).params(params).send().await?) })?;
    parse::print(&answer, output)
}

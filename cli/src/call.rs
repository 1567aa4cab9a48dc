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
    /// Seconds that the call may take, with all attempts; 120, or 3600 with a file, if not given 超时秒数
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (operation, params) = args.call.resolve()?;
    let account = account.settings()?.account()?;
    let client = Client::builder(account).build()?;
    let mut call = client.call(&operation.name).params(params);
    if let Some(seconds) = args.timeout {
        call = call.deadline(Duration::from_secs(seconds));
    }
    let answer = runtime::block_on(async { Ok(call.send().await?) })?;
    parse::print(operation, &answer, output)
}

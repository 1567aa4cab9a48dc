//! One cheap signed read: is the domain right, the account, the key, the clock, and how long does an answer take.

use std::time::{Duration, Instant};

use baijiayun::{Client, Error, ErrorKind};
use serde::Serialize;

use crate::account::AccountFlags;
use crate::clock::now;
use crate::failure::Failure;
use crate::output::Output;
use crate::runtime;

/// It only reads, every account may call it, and one row is asked for.
const OPERATION: &str = "room.list";

/// The service refuses timestamps that are further off, callbacks are held to the same.
const TOLERANCE: i64 = 300;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "It calls room.list for one row, once. Exit codes 退出码: 0 all is right; 1 something is wrong, and stderr says what."
)]
pub(crate) struct Args {
    /// Seconds that the answer may take 超时秒数
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
}

/// What is right; what is not known is null.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Verdict {
    domain: Option<bool>,
    partner_id: Option<bool>,
    partner_key: Option<bool>,
    clock: Option<bool>,
    /// How many seconds this machine's clock is ahead of the service's.
    clock_ahead: Option<i64>,
    milliseconds: u64,
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let client = Client::builder(account.settings()?.account()?).build()?;
    let call = client.call(OPERATION).set("limit", 1).attempts(1).deadline(Duration::from_secs(args.timeout));
    let begun = Instant::now();
    let answer = runtime::block_on(async { Ok(call.send().await) })?;
    let took = begun.elapsed();
    let (error, ts) = match answer {
        Ok(answer) => (None, answer.ts),
        Err(error) => {
            let ts = error.ts();
            (Some(error), ts)
        }
    };
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let ahead = ts.map(|ts| now().saturating_sub(ts));
    let verdict = Verdict { milliseconds, ..judge(error.as_ref().map(Error::kind), ahead) };
    if output.json {
        output.print_json(&verdict)?;
    } else {
        output.print(&words(&verdict))?;
    }
    match error {
        Some(error) => Err(Failure::from(error)),
        None if verdict.clock == Some(false) => {
            let ahead = ahead.unwrap_or_default();
            Err(Failure::new("clock", format!("this machine's clock is {ahead} s ahead of the service's"))
                .with_hint("set the clock: timestamps that are far off are refused"))
        }
        None => Ok(()),
    }
}

/// What an answer says of the account. The service looks at the account, the timestamp and the signature in this order.
fn judge(kind: Option<ErrorKind>, ahead: Option<i64>) -> Verdict {
    use ErrorKind::*;
    let (domain, partner_id, partner_key) = match kind {
        None | Some(Throttled | General | Service | PermissionDenied | LiveNotOpen) => {
            (Some(true), Some(true), Some(true))
        }
        Some(SignatureRejected) => (Some(true), Some(true), Some(false)),
        Some(AccountNotFound) => (Some(true), Some(false), None),
        Some(ParameterRejected) => (Some(true), Some(true), None),
        // Something answers, and it is not the service.
        Some(Connect | PathNotFound | HttpStatus | NotEnvelope | NotJson | TooLarge) => (Some(false), None, None),
        Some(_) => (None, None, None),
    };
    let clock = ahead.map(|ahead| ahead.abs() <= TOLERANCE);
    // A clock that is far off makes the signature wrong as well: nothing is known of the key.
    let partner_key = partner_key.filter(|right| *right || clock != Some(false));
    Verdict { domain, partner_id, partner_key, clock, clock_ahead: ahead, milliseconds: 0 }
}

fn words(verdict: &Verdict) -> String {
    let mark = |right: Option<bool>| match right {
        Some(true) => "right 正确",
        Some(false) => "wrong 错误",
        None => "not known 未知",
    };
    let ahead = verdict.clock_ahead.map(|ahead| format!(" ({ahead} s ahead)")).unwrap_or_default();
    format!(
        "domain       {}\npartner_id   {}\npartner_key  {}\nclock        {}{ahead}\nanswered in  {} ms",
        mark(verdict.domain),
        mark(verdict.partner_id),
        mark(verdict.partner_key),
        mark(verdict.clock),
        verdict.milliseconds
    )
}

#[cfg(test)]
mod tests {
    use baijiayun::ErrorKind;

    use super::judge;

    #[test]
    fn each_error_says_which_part_is_wrong() {
        let (right, wrong) = (Some(true), Some(false));
        for (kind, ahead, expected) in [
            (None, Some(1), [right, right, right, right]),
            (None, Some(-301), [right, right, right, wrong]),
            (Some(ErrorKind::Throttled), Some(0), [right, right, right, right]),
            (Some(ErrorKind::SignatureRejected), Some(0), [right, right, wrong, right]),
            (Some(ErrorKind::SignatureRejected), Some(9000), [right, right, None, wrong]),
            (Some(ErrorKind::AccountNotFound), Some(0), [right, wrong, None, right]),
            (Some(ErrorKind::NotJson), None, [wrong, None, None, None]),
            (Some(ErrorKind::Connect), None, [wrong, None, None, None]),
            (Some(ErrorKind::Timeout), None, [None; 4]),
        ] {
            let verdict = judge(kind, ahead);
            let found = [verdict.domain, verdict.partner_id, verdict.partner_key, verdict.clock];
            assert_eq!(found, expected, "{kind:?} {ahead:?}");
        }
    }
}

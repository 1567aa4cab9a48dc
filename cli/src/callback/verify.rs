//! `bjy callback verify`: whether a callback is signed rightly, and if not, why not.

use std::io::{self, Read};
use std::time::Duration;

use baijiayun::ErrorKind;
use baijiayun::callbacks::{Callback, Receiver};
use baijiayun_explain::{Signing, paste};
use serde_json::json;
use serde_json::value::RawValue;

use crate::account::AccountFlags;
use crate::clock::now;
use crate::failure::Failure;
use crate::output::Output;
use crate::sign;

/// A body is no larger; the receivers of the SDK refuse more.
const MOST: u64 = 4 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The header of that name; if it is not given the body is looked at 请求头
    #[arg(long, value_name = "TYPE", default_value = "")]
    content_type: String,
    /// Refuses what was signed further than this from now; any time is taken if it is not given 时间容差
    #[arg(long, value_name = "SECONDS")]
    tolerance: Option<u64>,
}

pub(super) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (partner_id, key) = account.settings()?.key()?;
    let mut body = Vec::new();
    io::stdin().take(MOST).read_to_end(&mut body).map_err(|error| Failure::io("cannot read standard input", &error))?;
    // A file ends in a newline that was not posted.
    let body = body.trim_ascii_end();
    let callback = check(body, &args.content_type, args.tolerance, partner_id, key)?;
    let data = String::from_utf8_lossy(callback.json()).into_owned();
    if output.json {
        let data = RawValue::from_string(data).ok();
        let name = callback.name();
        let (qid, timestamp) = (callback.qid(), callback.timestamp());
        return output.print_json(
            &json!({"name": name, "qid": qid, "timestamp": timestamp, "age": now() - timestamp, "data": data}),
        );
    }
    output.print(&format!(
        "{}  signed rightly 签名正确, {} s ago",
        callback.name().unwrap_or("a callback that no document describes"),
        now() - callback.timestamp()
    ))?;
    output.print_json_text(&data)
}

/// The callback, if it is signed rightly; else why it is not. `tolerance` is in seconds.
pub(crate) fn check(
    body: &[u8],
    content_type: &str,
    tolerance: Option<u64>,
    partner_id: Option<String>,
    key: String,
) -> Result<Callback, Failure> {
    let receiver = Receiver::new(key.as_str());
    let receiver = match tolerance {
        Some(seconds) => receiver.tolerance(Duration::from_secs(seconds)),
        None => receiver.any_time(),
    };
    receiver.receive(body, content_type).map_err(|error| {
        let is_wrong = error.kind() == ErrorKind::CallbackSignature;
        let failure = Failure::from(error);
        match is_wrong.then(|| explanation(body, partner_id, key)).flatten() {
            Some(explanation) => failure.with_hint(explanation),
            None => failure,
        }
    })
}

/// What whoever signed it did otherwise.
fn explanation(body: &[u8], partner_id: Option<String>, key: String) -> Option<String> {
    let pairs = paste::read(std::str::from_utf8(body).ok()?).ok()??.pairs;
    let sign = pairs.iter().find(|(name, _)| name == "sign")?.1.clone();
    let pairs = pairs.into_iter().filter(|(name, _)| name != "sign").collect();
    let found = sign::explained(&Signing { pairs, key, partner_id }, &sign);
    (!found.is_empty()).then(|| format!("whoever signed it did this: {}", found.join("; or ")))
}

//! `bjy callback send`: posts a callback as the service would.

use std::time::Duration;

use baijiayun::PartnerKey;
use baijiayun::callbacks::{Posting, signed};
use baijiayun_api::Description;
use clap_complete::ArgValueCompleter;
use serde_json::{Map, Value, json};

use super::list::unknown;
use super::{names, post};
use crate::account::AccountFlags;
use crate::clock::now;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::params::Assignment;
use crate::runtime;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "For example 例如: bjy callback send class_event op=start --to http://127.0.0.1:3000/callbacks\n\
    Exit codes 退出码: 0 the receiver took it; 1 it did not, after all repetitions."
)]
pub(super) struct Args {
    /// Callback such as class_event 回调名称
    #[arg(add = ArgValueCompleter::new(names))]
    name: String,
    /// Fields; what is not given is as in the printed example 字段
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<Assignment>,
    /// The receiver 接收地址
    #[arg(long, value_name = "URL")]
    to: String,
    /// As JSON, whatever the documents print 以 JSON 发送
    #[arg(long, conflicts_with = "form")]
    as_json: bool,
    /// As a form, whatever the documents print 以表单发送
    #[arg(long)]
    form: bool,
    /// Does not wait between the repetitions 不等待
    #[arg(long)]
    at_once: bool,
    /// Posts once only 不重发
    #[arg(long)]
    no_repeat: bool,
}

pub(super) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let callback = Description::embedded().callbacks.get(&args.name).ok_or_else(|| unknown(&args.name))?;
    let (_, key) = account.settings()?.key()?;
    let given = args.values.iter().map(|Assignment { name, value }| (name.clone(), value.clone())).collect();
    let members = baijiayun_mock::callback_members(&args.name, given).ok_or_else(|| unknown(&args.name))?;
    let data: Map<String, Value> = members.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    let qid = format!("bjy{}{}", now(), std::process::id());
    let json = match (args.as_json, args.form) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let posting = Posting { name: Some(&args.name), json, qid: Some(&qid), timestamp: Some(now()) };
    let signed = signed(&Value::Object(data).to_string(), posting, &PartnerKey::new(key.as_str()))?;
    let mut waits = callback.waits();
    if args.no_repeat {
        waits.clear();
    }
    runtime::block_on(async {
        let mut waits = waits.into_iter();
        for attempt in 1.. {
            let answered = post(&args.to, signed.content_type, signed.body.as_str()).await;
            let taken = answered.as_ref().is_ok_and(super::Answered::is_success);
            let shown = match &answered {
                Ok(answered) => {
                    json!({"attempt": attempt, "qid": qid, "status": answered.status, "answer": answered.body, "taken": taken})
                }
                Err(failure) => json!({"attempt": attempt, "qid": qid, "error": failure.to_string(), "taken": false}),
            };
            if output.json {
                output.print_json(&shown)?;
            } else {
                let said = match &answered {
                    Ok(answered) => format!("HTTP {} {}", answered.status, answered.body.trim()),
                    Err(failure) => failure.to_string(),
                };
                let words = if taken { "taken 已接收" } else { "not taken 未接收" };
                output.print(&format!("{attempt}. {words}: {said}"))?;
            }
            if taken {
                return Ok(());
            }
            let Some(wait) = waits.next() else { break };
            if !args.at_once {
                output::print_line(&json!({"note": format!("the service would post it again after {wait} s")}));
                tokio::time::sleep(Duration::from_secs(wait.into())).await;
            }
        }
        Err(Failure::new("callback", format!("{} did not take it", args.to))
            .with_hint("the service expects HTTP 200 and {\"code\":0,\"msg\":\"\"}"))
    })
}

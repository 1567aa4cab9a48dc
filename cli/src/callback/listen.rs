//! `bjy callback listen`: takes callbacks on a port of this machine, and shows them.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use baijiayun::callbacks::{Callback, Dedupe, Receiver, SUCCESS, failure};
use baijiayun_api::Description;
use bytes::Bytes;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::post;
use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::runtime;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Only what this account's key signed is taken, each qid once; the rest is answered as a failure. \
    Point the callback addresses of the account (or of bjy mock) at the printed URL; the service itself needs a public one."
)]
pub(super) struct Args {
    /// Port, 0 for a free one 端口
    #[arg(long, default_value_t = 0, value_name = "N")]
    port: u16,
    /// Address to listen on 监听地址
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    bind: IpAddr,
    /// Posts what is right on to there, and answers as that does 转发地址
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Takes callbacks of any time, also recorded ones 不校验时间
    #[arg(long)]
    any_time: bool,
    /// Ends after so many right ones 接收若干条后结束
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

struct Taker {
    receiver: Receiver,
    dedupe: Dedupe,
    forward: Option<String>,
    output: Output,
    left: Option<AtomicU64>,
    done: Notify,
}

pub(super) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (_, key) = account.settings()?.key()?;
    let receiver = Receiver::new(key.as_str());
    let taker = Arc::new(Taker {
        receiver: if args.any_time { receiver.any_time() } else { receiver },
        dedupe: Dedupe::new(),
        forward: args.forward.clone(),
        output,
        left: args.count.map(AtomicU64::new),
        done: Notify::new(),
    });
    runtime::block_on(async {
        let failed = |error| Failure::io(format!("cannot listen on {}:{}", args.bind, args.port), &error);
        let listener = TcpListener::bind((args.bind, args.port)).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let interrupted = runtime::interrupted()?;
        if output.json {
            output.print_json(&json!({ "url": url }))?;
        } else {
            output.print(&format!("# Callbacks to {url} are shown until it is interrupted (Ctrl-C) 等待回调"))?;
        }
        let ended = Arc::clone(&taker);
        let router = Router::new().fallback(any(take)).with_state(taker);
        let stop = async move {
            tokio::select! {
                () = interrupted => {}
                () = ended.done.notified() => {}
            }
        };
        axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(failed)
    })
}

async fn take(State(taker): State<Arc<Taker>>, headers: HeaderMap, body: Bytes) -> Response {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let callback = match taker.receiver.receive(&body, content_type) {
        Ok(callback) => callback,
        Err(error) => {
            let reply = failure(error.message());
            taker.output.print_failure(&Failure::from(error));
            return (StatusCode::FORBIDDEN, reply).into_response();
        }
    };
    let is_new = taker.dedupe.claim(&callback).await;
    show(&callback, is_new, taker.output);
    if !is_new {
        return SUCCESS.into_response();
    }
    let (status, reply) = match &taker.forward {
        None => (StatusCode::OK, SUCCESS.to_owned()),
        Some(url) => match post(url, content_type, body.to_vec()).await {
            Ok(answered) => {
                output::print_line(&json!({"forwarded": url, "status": answered.status, "answer": answered.body}));
                if !answered.is_success() {
                    taker.dedupe.release(&callback).await;
                }
                (StatusCode::from_u16(answered.status).unwrap_or(StatusCode::BAD_GATEWAY), answered.body)
            }
            Err(error) => {
                // It will come again.
                taker.dedupe.release(&callback).await;
                taker.output.print_failure(&error);
                (StatusCode::BAD_GATEWAY, failure("the receiver behind it gave no answer"))
            }
        },
    };
    if let Some(left) = &taker.left
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        taker.done.notify_one();
    }
    (status, reply).into_response()
}

fn show(callback: &Callback, is_new: bool, output: Output) {
    let data = String::from_utf8_lossy(callback.json()).into_owned();
    let name = callback.name();
    for departure in callback.departures() {
        output::print_line(&json!({"path": departure.path, "expected": departure.expected}));
    }
    // Whoever reads it may be gone; the service is answered all the same.
    let _ = if output.json {
        let data = RawValue::from_string(data).ok();
        let (qid, timestamp) = (callback.qid(), callback.timestamp());
        output.print_json(&json!({"name": name, "qid": qid, "timestamp": timestamp, "repeated": !is_new, "data": data}))
    } else {
        let title =
            name.and_then(|name| Description::embedded().callbacks.get(name)).map_or("", |known| known.title.as_str());
        let repeated = if is_new { "" } else { "  (repeated 重复)" };
        let name = name.unwrap_or("a callback that no document describes");
        let heading = format!("{name}  {title}  qid {}{repeated}", callback.qid());
        output.print(&heading).and_then(|()| if is_new { output.print_json_text(&data) } else { Ok(()) })
    };
}

//! `bjy request`: a request as it would be sent.

use std::collections::BTreeMap;

use baijiayun::core::{Body, Part, PartContent, Request, request};
use serde::Serialize;

use crate::account::AccountFlags;
use crate::clock::now;
use crate::failure::Failure;
use crate::output::Output;
use crate::params::CallArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    call: CallArgs,
    /// Unix time to sign with instead of now 时间戳
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(i64).range(0..)
    )]
    timestamp: Option<i64>,
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (operation, params) = args.call.resolve()?;
    let account = account.settings()?.account()?;
    let request = request::build(&account, operation, &params, args.timestamp.unwrap_or_else(now))?;
    output.print_json(&Shown::from(&request))
}

#[derive(Serialize)]
struct Shown<'a> {
    operation: &'a str,
    method: &'static str,
    url: &'a str,
    headers: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<ShownPart<'a>>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ShownPart<'a> {
    Text { name: &'a str, value: &'a str },
    File { name: &'a str, file: &'a str, size: Option<u64> },
}

impl<'a> From<&'a Request> for Shown<'a> {
    fn from(request: &'a Request) -> Shown<'a> {
        let (body, parts) = match &request.body {
            Body::Empty => (None, None),
            Body::Form(form) => (Some(form.as_str()), None),
            Body::Multipart(parts) => (None, Some(parts.iter().map(ShownPart::from).collect())),
            // Nobody gives a chunk on a command line.
            Body::Chunk(_) => (None, None),
        };
        Shown {
            operation: &request.operation,
            method: request.method.as_str(),
            url: &request.url,
            headers: request.headers.iter().copied().collect(),
            body,
            parts,
        }
    }
}

impl<'a> From<&'a Part> for ShownPart<'a> {
    fn from(part: &'a Part) -> ShownPart<'a> {
        match &part.content {
            PartContent::Text(value) => ShownPart::Text { name: &part.name, value },
            PartContent::File(file) => ShownPart::File { name: &part.name, file: &file.name, size: file.size },
        }
    }
}

use std::time::Duration;

use baijiayun_mock::{Misbehaviour, MockService};
use serde::Serialize;

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::output::Output;
use crate::runtime;

#[derive(Debug, clap::Args)]
#[command(after_help = "The account is the mock's own unless --partner-id and --partner-key are given.")]
pub(crate) struct Args {
    /// Port on 127.0.0.1, 0 for a free one 端口
    #[arg(long, default_value_t = 0, value_name = "N")]
    port: u16,
    /// More requests in 10 s than these are throttled, as the service does; 0 for no limit 每 10 秒请求上限
    #[arg(long, default_value_t = 200, value_name = "N")]
    rate: u32,
    #[command(flatten)]
    misbehave: MisbehaveFlags,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Misbehaviour 故障模拟")]
struct MisbehaveFlags {
    /// Each answer waits this long 延迟
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS")]
    latency: u64,
    /// Every n-th request is answered with HTTP 503 服务错误
    #[arg(long, default_value_t = 0, value_name = "N")]
    errors_every: u32,
    /// The connection is cut instead of every n-th answer 断开连接
    #[arg(long, default_value_t = 0, value_name = "N")]
    drops_every: u32,
    /// Every n-th request is answered with HTTP 429 限流
    #[arg(long, default_value_t = 0, value_name = "N")]
    throttles_every: u32,
    /// What is throttled has HTTP 200, and 429 in the envelope alone 限流时 HTTP 为 200
    #[arg(long)]
    throttles_with_200: bool,
    /// Every n-th request is answered with a web page 返回网页
    #[arg(long, default_value_t = 0, value_name = "N")]
    html_every: u32,
    /// Answers have PHP's loose types 松散类型
    #[arg(long)]
    php_loose: bool,
    /// Uploads break off when this many bytes have come 上传中断
    #[arg(long, value_name = "BYTES")]
    uploads_break_at: Option<u64>,
    /// Uploads break off whenever a multiple of this many bytes have come 每隔若干字节中断
    #[arg(long, default_value_t = 0, value_name = "BYTES")]
    uploads_break_every: u64,
    /// Bytes of a chunk that broke off are kept 保留中断分片的数据
    #[arg(long)]
    uploads_keep_parts: bool,
}

impl From<&MisbehaveFlags> for Misbehaviour {
    fn from(flags: &MisbehaveFlags) -> Misbehaviour {
        Misbehaviour {
            latency: Duration::from_millis(flags.latency),
            errors_every: flags.errors_every,
            drops_every: flags.drops_every,
            throttles_every: flags.throttles_every,
            throttles_with_200: flags.throttles_with_200,
            html_every: flags.html_every,
            php_loose: flags.php_loose,
            uploads_break_at: flags.uploads_break_at,
            uploads_break_every: flags.uploads_break_every,
            uploads_keep_parts: flags.uploads_keep_parts,
            ..Misbehaviour::default()
        }
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    url: &'a str,
    partner_id: &'a str,
    /// None if it was given: a key that came from outside is not shown.
    partner_key: Option<String>,
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let mut builder = MockService::builder().port(args.port).misbehave(Misbehaviour::from(&args.misbehave));
    builder = builder.rate(if args.rate == 0 { u32::MAX } else { args.rate }, 10);
    let own_key = account.partner_key.is_none();
    if let Some(id) = account.partner_id {
        builder = builder.partner_id(id);
    }
    if let Some(key) = account.partner_key {
        builder = builder.partner_key(key);
    }
    runtime::block_on(async {
        let port = args.port;
        let mock =
            builder.start().await.map_err(|error| Failure::io(format!("cannot listen on port {port}"), &error))?;
        let shown =
            Shown { url: mock.url(), partner_id: mock.partner_id(), partner_key: own_key.then(|| mock.partner_key()) };
        // Whoever reads the address may interrupt right away.
        let interrupted = runtime::interrupted()?;
        print(&shown, output)?;
        interrupted.await;
        mock.stop().await;
        Ok(())
    })
}

fn print(shown: &Shown<'_>, output: Output) -> Result<(), Failure> {
    if output.json {
        return output.print_json(shown);
    }
    let key = match &shown.partner_key {
        Some(key) => format!("export BAIJIAYUN_PARTNER_KEY={key}"),
        None => "# BAIJIAYUN_PARTNER_KEY is the one that was given".to_owned(),
    };
    output.print(&format!(
        "# The mock serves until it is interrupted (Ctrl-C). To call it 模拟服务已启动:\n\
         export BAIJIAYUN_DOMAIN={}\nexport BAIJIAYUN_PARTNER_ID={}\n{key}",
        shown.url, shown.partner_id,
    ))
}

//! `bjy mock`: the mock service on a port, with its state in a file if that is wanted.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use baijiayun::paths;
use baijiayun_mock::{CannedAnswers, Misbehaviour, MockService};
use serde::Serialize;

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::files;
use crate::output::Output;
use crate::runtime;

#[derive(Debug, clap::Args)]
#[command(after_help = "The account is the mock's own unless --partner-id and --partner-key are given.\n\
    GET /_mock/requests shows what came, with parameters and verdicts; DELETE forgets it. POST /_mock/answers takes what \
    --answers takes, DELETE forgets it. POST /_mock/callbacks posts one, {\"name\": \"class_event\", \"fields\": {..}}; GET shows \
    what was posted. POST /_mock/clock sets the clock forward, {\"advance\": 30} by 30 s. POST /_mock/misbehaviour takes faults, \
    {\"errors_every\": 3}; DELETE ends them.\n\
    An answer is {\"data\": ..}, {\"code\": 3001, \"msg\": ..}, {\"status\": 503, \"body\": ..}, {\"drop\": true} or {} \
    (the mock's own). 例如 For example:\n  {\"room.list\": {\"code\": 2002, \"msg\": \"账号权限错误\"}, \"room.create\": [{\"status\": 503}, {}]}")]
pub(crate) struct Args {
    /// Port on 127.0.0.1, 0 for a free one 端口
    #[arg(long, default_value_t = 0, value_name = "N")]
    port: u16,
    /// Calls in 10 s, 0 for no limit 限流
    #[arg(long, default_value_t = 200, value_name = "N")]
    rate: u32,
    /// TOML or JSON file of paths, as `bjy doctor` writes it: operations are served there 接口路径文件
    #[arg(long, value_name = "FILE")]
    paths: Option<PathBuf>,
    /// Refuses timestamps that are not 10 digits or further than 300 s off, and unknown parameters 严格校验
    #[arg(long)]
    strict: bool,
    /// JSON file with answers of operations in place of the mock's: one that is given each time, or a list, each once 预设响应
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Fills it with a school: teachers, students, five weeks of classes with recordings and reports. The seed and the day decide 填充数据
    #[arg(long, value_name = "SEED", num_args = 0..=1, default_missing_value = "1")]
    fill: Option<u64>,
    /// Writes calls and answers to this file, a line of JSON each, without keys and signatures 录制
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Answers what was recorded in this file; operations that are not in it are answered by the mock 回放
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Keeps what it holds in this file over restarts, without keys. It is made if it is not there; then --fill fills it 保存状态
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
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
    let misbehaviour = Misbehaviour::from(&args.misbehave);
    let mut builder =
        MockService::builder().port(args.port).rate(args.rate, 10).strict(args.strict).misbehave(misbehaviour);
    if let Some(file) = &args.paths {
        builder = builder.paths(paths::read(file)?);
    }
    if let Some(file) = &args.answers {
        let text = files::read_text(file).map_err(|error| Failure::io(file.display(), &error))?;
        let answers = CannedAnswers::from_json(&text).map_err(|error| wrong(file, &error))?;
        builder = builder.answers(answers);
    }
    if let Some(seed) = args.fill {
        builder = builder.fill(seed);
    }
    if args.record.is_some() {
        builder = builder.record();
    }
    if let Some(file) = &args.replay {
        let text = files::read_text(file).map_err(|error| Failure::io(file.display(), &error))?;
        builder = builder.replay(&text).map_err(|why| wrong(file, &why))?;
    }
    for (flag, value) in [("--partner-id", &account.partner_id), ("--partner-key", &account.partner_key)] {
        if value.as_ref().is_some_and(String::is_empty) {
            return Err(
                Failure::new("usage", format!("{flag} is empty")).with_hint("leave it out to have the mock's own")
            );
        }
    }
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
        let mut kept = Kept::open(args, &mock)?;
        let shown =
            Shown { url: mock.url(), partner_id: mock.partner_id(), partner_key: own_key.then(|| mock.partner_key()) };
        // Whoever reads the address may interrupt right away.
        let interrupted = runtime::interrupted()?;
        print(&shown, output)?;
        tokio::pin!(interrupted);
        while tokio::time::timeout(KEPT_EVERY, &mut interrupted).await.is_err() {
            kept.write(&mock)?;
        }
        let written = kept.write(&mock);
        mock.stop().await;
        written
    })
}

fn wrong(file: &Path, why: &str) -> Failure {
    Failure::new("invalid_parameters", format!("{}: {why}", file.display()))
}

/// How long what came may not be in the files yet.
const KEPT_EVERY: Duration = Duration::from_millis(300);

/// The files that the mock writes.
struct Kept<'a> {
    record: Option<(&'a Path, fs::File)>,
    state: Option<&'a Path>,
    /// The file with the state, which is locked: of two mocks one would undo what the other did.
    held: Option<fs::File>,
    /// The state that stands in it.
    saved: String,
}

impl<'a> Kept<'a> {
    /// Opens them; the mock holds then what is in the file of its state.
    fn open(args: &'a Args, mock: &MockService) -> Result<Kept<'a>, Failure> {
        let (held, saved) = match args.state.as_deref() {
            Some(file) => held(file)?,
            None => (None, String::new()),
        };
        if let Some(file) = args.state.as_deref().filter(|_| !saved.is_empty()) {
            let hint = "it is none that this version of `bjy mock --state` wrote, or not all of it: name another file, or remove it to begin anew";
            mock.restore(&saved).map_err(|why| wrong(file, &why).with_hint(hint))?;
        }
        let record = args.record.as_deref().map(|path| {
            let opened = fs::OpenOptions::new().create(true).append(true).open(path);
            opened.map(|file| (path, file)).map_err(|error| Failure::io(path.display(), &error))
        });
        let mut kept = Kept { record: record.transpose()?, state: args.state.as_deref(), held, saved };
        // What cannot be written is told before anybody relies on it.
        kept.write(mock)?;
        Ok(kept)
    }

    /// Writes what is new.
    fn write(&mut self, mock: &MockService) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.record {
            let lines: String = mock.take_records().into_iter().map(|line| line + "\n").collect();
            file.write_all(lines.as_bytes()).map_err(|error| Failure::io(path.display(), &error))?;
        }
        if let Some(path) = self.state {
            let state = mock.save();
            if state != self.saved {
                self.held = Some(files::replace(path, &state).map_err(|error| Failure::io(path.display(), &error))?);
                self.saved = state;
            }
        }
        Ok(())
    }
}

/// The file with the state and what stands in it; nothing if it is not there or empty.
fn held(path: &Path) -> Result<(Option<fs::File>, String), Failure> {
    let failed = |error: std::io::Error| Failure::io(path.display(), &error);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((None, String::new())),
        Err(error) => return Err(failed(error)),
    };
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(std::io::Error::other("it is not a file")));
    }
    if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
        let why = format!("{}: another mock keeps its state in it", path.display());
        return Err(Failure::new("io", why).with_hint("give each mock a file of its own"));
    }
    let saved = file.rewind().and_then(|()| files::text(&file)).map_err(failed)?;
    Ok((Some(file), saved))
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

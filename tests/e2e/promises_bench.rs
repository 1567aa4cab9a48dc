//! What docs/benchmarks.md says of the promises: `promises_bench hangs`, `promises_bench clients`, and
//! `promises_bench answers MAX_ANSWER` within a limit on memory, against `promises_bench serve` in another process.

use std::env;
use std::future::pending;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use baijiayun::core::Request;
use baijiayun::{
    Account, Asking, Client, ClientBuilder, Executor, QuotaSettings, QuotaStore, RemoteSigner, Sending, Settings,
};

/// Says nothing, whatever it is asked for.
struct Silent;

impl Executor for Silent {
    fn execute(&self, _: Request, _: Duration) -> Sending<'_> {
        Box::pin(pending())
    }
}

impl QuotaStore for Silent {
    fn evaluate(&self, _: &'static str, _: Vec<String>, _: Vec<i64>) -> Asking<'_, i64> {
        Box::pin(pending())
    }
}

impl RemoteSigner for Silent {
    fn sign(&self, _: String) -> Asking<'_, String> {
        Box::pin(pending())
    }
}

/// Answers of 50 MB, valid ones; their length is told if `says` it.
fn serve(says: bool) -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let mut stream = stream?;
        thread::spawn(move || -> std::io::Result<()> {
            let mut asked = BufReader::new(stream.try_clone()?);
            let mut line = String::new();
            let mut length = 0;
            while asked.read_line(&mut line)? > 2 {
                if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = said.trim().parse().unwrap_or_default();
                }
                line.clear();
            }
            asked.take(length).read_to_end(&mut Vec::new())?;
            let row = br#"{"user_number":"12345678","user_name":"a student of this class"},"#;
            let rows = (50 << 20) / row.len();
            let (before, after) = (&br#"{"code":0,"msg":"","ts":1,"data":{"list":["#[..], &b"{}]}}"[..]);
            let all = before.len() + rows * row.len() + after.len();
            let length = if says { format!("content-length: {all}\r\n") } else { String::new() };
            write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n{length}\r\n")?;
            stream.write_all(before)?;
            let many = row.repeat(1000);
            for _ in 0..rows / 1000 {
                stream.write_all(&many)?;
            }
            stream.write_all(&row.repeat(rows % 1000))?;
            stream.write_all(after)
        });
    }
    Ok(())
}

fn to(address: &str) -> ClientBuilder {
    let settings =
        Settings { quota: QuotaSettings::unlimited(), deadline: Duration::from_secs(1), ..Settings::default() };
    Client::builder(Account::new(address, 12_345_678, "the key").expect("an account")).settings(settings)
}

async fn answers(address: &str, max_answer: u64) {
    let settings = Settings { quota: QuotaSettings::unlimited(), max_answer, ..Settings::default() };
    let client = to(address).settings(settings).build().expect("a client");
    let start = Instant::now();
    let calls: Vec<_> = (0..8).map(|_| tokio::spawn(client.call("room.info").set("room_id", 1_i64).send())).collect();
    for call in calls {
        match call.await.expect("it does not panic") {
            Ok(answer) => println!("{} bytes of data", answer.data.len()),
            Err(error) => println!("{}: {}", error.kind(), error.message()),
        }
    }
    println!("{:?}", start.elapsed());
}

async fn hangs() {
    async fn time(what: &str, client: ClientBuilder) {
        let client = client.build().expect("a client");
        let start = Instant::now();
        let told = match client.room().info(1_i64).await {
            Ok(_) => "answered".to_owned(),
            Err(error) => format!("{}: {}", error.kind(), error.message()),
        };
        println!("{what}: {:.0} ms, {told}", start.elapsed().as_secs_f64() * 1000.0);
    }
    let keyless = Account::without_signer("demo", 12_345_678).expect("an account");
    let settings =
        Settings { quota: QuotaSettings::unlimited(), deadline: Duration::from_secs(1), ..Settings::default() };
    time("executor", to("demo").executor(Silent)).await;
    time("signer", Client::builder(keyless).settings(settings).executor(Silent).signer(Silent)).await;
    let limited = Settings { deadline: Duration::from_secs(1), ..Settings::default() };
    time("store, then executor", to("demo").settings(limited).executor(Silent).quota_store(Silent)).await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    time("a server that accepts and says nothing", to(&address)).await;
    thread::spawn(move || {
        for stream in listener.incoming().skip(1).flatten() {
            thread::spawn(move || drip(stream));
        }
    });
    time("headers, a byte every 400 ms", to(&address)).await;
}

fn drip(mut stream: std::net::TcpStream) {
    for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(400));
    }
}

fn clients() {
    let start = Instant::now();
    let made: Vec<Client> = (0..1000).map(|_| to("demo").build().expect("a client")).collect();
    println!("{:.1} us for each of {} clients", start.elapsed().as_secs_f64() * 1e6 / made.len() as f64, made.len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default());
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match arguments.as_slice() {
        ["serve"] => serve(true)?,
        ["serve", "without-length"] => serve(false)?,
        ["hangs"] => runtime.block_on(hangs()),
        ["clients"] => clients(),
        ["answers", address, most] => runtime.block_on(answers(address, most.parse().unwrap_or(8 << 20))),
        _ => println!("promises_bench serve [without-length] | hangs | clients | answers ADDRESS MAX_ANSWER"),
    }
    Ok(())
}

//! Uploads a file of 2 GB with two breaks to a mock in another process, and
//! says how much memory this one took. It fails above 30 MB.
//!
//! `cargo run --release -p baijiayun-tests --bin big_upload`

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use baijiayun::{Client, UploadSettings};
use baijiayun_mock::{Misbehaviour, MockService};
use md5::{Digest, Md5};

const SIZE: u64 = 2 << 30;
/// In the middle of a chunk.
const BREAK_EVERY: u64 = 803 << 20;
const MOST_MEMORY: u64 = 30 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("mock") => serve().await,
        _ => upload().await,
    }
}

/// The mock's process: it says where it is, and stops when its input ends.
async fn serve() -> Result<(), Box<dyn Error>> {
    let breaks = Misbehaviour { uploads_break_every: BREAK_EVERY, ..Misbehaviour::default() };
    let mock = MockService::builder().misbehave(breaks).start().await?;
    println!("{} {} {}", mock.url(), mock.partner_id(), mock.partner_key());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    mock.stop().await;
    Ok(())
}

async fn upload() -> Result<(), Box<dyn Error>> {
    let (file, md5) = film()?;
    let path = file.path().to_str().ok_or("the temporary folder has a strange name")?.to_owned();
    let (mut service, address) = start_mock()?;
    let [url, partner_id, key] = address.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(format!("the mock said {address:?}").into());
    };
    let client = Client::new(url, partner_id, key)?;
    let told = Arc::new(AtomicU64::new(0));

    let before = peak_memory()?;
    let begun = Instant::now();
    let uploaded = client
        .video()
        .upload(path, [16])
        .settings(UploadSettings { base: Duration::from_millis(10), ..UploadSettings::default() })
        .progress({
            let told = Arc::clone(&told);
            move |sent, _| told.store(sent, Ordering::Relaxed)
        })
        .await?;
    let took = begun.elapsed();
    let peak = peak_memory()?;

    let info = client.video().info(uploaded.video_id).await?;
    drop(service.stdin.take());
    service.wait()?;
    println!(
        "{} MB with {} breaks in {:.1} s, {:.0} MB/s; peak memory {:.1} MB, {:.1} MB before the upload",
        SIZE >> 20,
        uploaded.resumes,
        took.as_secs_f64(),
        (SIZE >> 20) as f64 / took.as_secs_f64(),
        peak as f64 / f64::from(1 << 20),
        before as f64 / f64::from(1 << 20),
    );
    assert_eq!(uploaded.resumes, 2);
    assert_eq!(told.load(Ordering::Relaxed), SIZE, "the progress ends at the size");
    assert_eq!(info.file_md5, md5, "the file arrived whole");
    assert!(peak < MOST_MEMORY, "the upload took {peak} bytes");
    Ok(())
}

/// A file with holes, but no two megabytes alike, and its MD5.
fn film() -> std::io::Result<(tempfile::NamedTempFile, String)> {
    let mut file = tempfile::Builder::new().prefix("lesson-").suffix(".mp4").tempfile()?;
    file.as_file().set_len(SIZE)?;
    let mut md5 = Md5::new();
    let mut megabyte = vec![0; 1 << 20];
    for number in 0..SIZE >> 20 {
        file.seek(SeekFrom::Start(number << 20))?;
        file.write_all(&number.to_be_bytes())?;
        megabyte[..8].copy_from_slice(&number.to_be_bytes());
        md5.update(&megabyte);
    }
    Ok((file, md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn start_mock() -> Result<(Child, String), Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut service = command.arg("mock").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    BufReader::new(service.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    Ok((service, address))
}

/// The most memory that this process has had, in bytes.
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
}

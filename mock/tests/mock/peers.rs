//! Other people's clients understand the mock. See tests/peers/README.md.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use baijiayun::Client;
use baijiayun_mock::{Misbehaviour, MockService, Verdict};
use tokio::process::Command;

/// Where the README installs the clients, or what the environment names.
fn python(root: &Path) -> PathBuf {
    std::env::var_os("PEERS_PYTHON").map_or_else(|| root.join("target/peers/venv/bin/python"), PathBuf::from)
}

/// Whether Python finds the package, or why not.
async fn import(python: &Path) -> Result<(), String> {
    let output = Command::new(python).args(["-c", "import baijiayun.client.api"]).output().await;
    let output = output.map_err(|error| format!("{}: {error}", python.display()))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[tokio::test]
async fn the_client_of_pypi_creates_a_room_and_lists_rooms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let python = python(root);
    if let Err(why) = import(&python).await {
        // CI sets it, so that a skipped test cannot pass there.
        assert!(std::env::var_os("PEERS_REQUIRED").is_none(), "the peer cannot run: {why}");
        // Not `eprintln`, which the test harness keeps to itself.
        let skipped = format!("skipped: PyPI's baijiayun 1.0.1 is not installed (tests/peers/README.md): {why}\n");
        std::io::stderr().write_all(skipped.as_bytes()).unwrap();
        return;
    }
    let mock = MockService::start().await.unwrap();
    let output = Command::new(python)
        .arg(root.join("tests/peers/pypi_client.py"))
        .args([mock.url(), mock.partner_id(), "--partner-key", &mock.partner_key()])
        .output()
        .await
        .unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{failed}");
    for operation in ["partner.get_key", "room.create", "room.list"] {
        let accepted = |request: &baijiayun_mock::Received| {
            request.operation.as_deref() == Some(operation) && request.verdict == Verdict::Accepted
        };
        assert!(mock.requests().iter().any(accepted), "{operation} was called");
    }
}

/// Uploads with one of the uploaders and returns the MD5 that the mock computed, and how often the upload was broken off.
async fn uploaded_by(uploader: &str, path: &Path, misbehaviour: Misbehaviour) -> (String, usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mock = MockService::builder().misbehave(misbehaviour).start().await.unwrap();
    let output = Command::new("python3")
        .arg(root.join("tests/peers/uploaders.py"))
        .args([mock.url(), mock.partner_id(), &mock.partner_key(), uploader])
        .arg(path)
        .output()
        .await
        .unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{uploader}: {said}{failed}");
    let client = Client::new(mock.url(), mock.partner_id(), mock.partner_key()).unwrap();
    let info = client.video().info(said.trim().parse::<i64>().unwrap()).await.unwrap();
    let broken = mock.requests().iter().filter(|request| request.verdict == Verdict::Misbehaved).count();
    (info.file_md5.clone(), broken)
}

#[tokio::test]
async fn uploaders_in_public_use_upload_over_breaks() {
    use md5::{Digest, Md5};
    let content: Vec<u8> =
        (0_u32..).flat_map(|number| number.wrapping_mul(0x9E37_79B9).to_be_bytes()).take(12_000_000).collect();
    let md5: String = Md5::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&content).unwrap();
    for uploader in ["android", "browser", "form", "file-form"] {
        let (stored, broken) = uploaded_by(uploader, file.path(), Misbehaviour::default()).await;
        assert_eq!((&stored, broken), (&md5, 0), "{uploader}");
    }
    for (uploader, at) in [("android", 3 << 20), ("browser", 7 << 20), ("android", 12_000_000), ("browser", 12_000_000)]
    {
        // In the middle of a chunk, and after the last byte, where only the answer is lost.
        let (stored, broken) =
            uploaded_by(uploader, file.path(), Misbehaviour { uploads_break_at: Some(at), ..Misbehaviour::default() })
                .await;
        assert_eq!((&stored, broken), (&md5, 1), "{uploader} broken off at {at}");
    }
    let keep = Misbehaviour { uploads_break_every: 5_000_000, uploads_keep_parts: true, ..Misbehaviour::default() };
    let (stored, broken) = uploaded_by("android", file.path(), keep).await;
    assert_eq!((&stored, broken), (&md5, 2), "parts are kept");
}

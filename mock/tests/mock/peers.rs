//! Other people's clients understand the mock. See tests/peers/README.md.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use baijiayun_mock::{MockService, Verdict};
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

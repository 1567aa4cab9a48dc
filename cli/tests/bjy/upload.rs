//! `bjy upload` against the mock.

use serde_json::{Value, json};

use crate::mock::Mock;
use crate::tool::{Bjy, Ran};

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A tool that remembers in its own folder.
fn client(mock: &Mock) -> Bjy {
    let bjy = mock.client();
    let states = bjy.path("states").display().to_string();
    bjy.env("XDG_STATE_HOME", &states).env("LOCALAPPDATA", &states)
}

#[test]
fn several_files_go_up_and_a_missing_one_holds_up_none() {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = client(&mock);
    bjy.file("a.mp4", vec![1; 3000]);
    bjy.file("b.mp4", vec![2; 4000]);
    let ran = bjy.run(&["upload", "a.mp4", "nothing.mp4", "b.mp4", "--json", "--definition=16,1"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let there = lines(&ran);
    assert_eq!((&there[0]["file"], &there[1]["file"], there.len()), (&json!("a.mp4"), &json!("b.mp4"), 2));
    assert!(ran.err.contains("nothing.mp4") && ran.err.contains("1 of 3 files"), "{ran:?}");
    bjy.run(&["call", "video.get_status", &format!("video_id={}", there[0]["video_id"])]);
}

#[test]
fn it_waits_until_a_video_is_transcoded() {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = client(&mock);
    bjy.file("a.mp4", vec![1; 3000]);
    let ran = bjy.run(&["upload", "a.mp4", "--json", "--wait=60"]);
    assert_eq!(lines(&ran)[0]["status"], 100, "{ran:?}");
}

#[test]
fn what_breaks_off_goes_on_in_the_same_run() {
    let mock = Mock::start(&["--rate=0", "--uploads-break-every=2000"]);
    let bjy = client(&mock);
    bjy.file("a.mp4", vec![1; 3000]);
    let ran = bjy.run(&["upload", "a.mp4", "--json"]);
    assert_eq!((ran.code, lines(&ran).len()), (0, 1), "{ran:?}");
    let info = bjy.run(&["call", "video.info", &format!("video_id={}", lines(&ran)[0]["video_id"])]).json();
    assert_eq!(info["total_size"].to_string().trim_matches('"'), "3000", "{info}");
}

#[test]
fn what_broke_off_goes_on_in_another_run() {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = client(&mock);
    bjy.file("a.mp4", vec![1; 3000]);
    // The first run registers the video and gets no further: its posts are refused.
    let video =
        bjy.run(&["call", "video.get_upload_url", "file_name=a.mp4", "definition=16"]).json()["video_id"].clone();
    let about = std::fs::metadata(bjy.path("a.mp4")).unwrap();
    let changed = about.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let path = std::fs::canonicalize(bjy.path("a.mp4")).unwrap();
    let account = format!("{}/openapi/video/getUploadUrl {}", mock.printed("url"), mock.printed("partner_id"));
    let key = format!("{account} {} 3000 {changed}", path.display());
    bjy.file("states/baijiayun/uploads.json", json!({ key: video }).to_string());

    let ran = bjy.run(&["upload", "a.mp4", "--json"]);
    let there = lines(&ran);
    assert_eq!((&there[0]["video_id"], &there[0]["resumed"]), (&video, &json!(true)), "{ran:?}");
    let again = bjy.run(&["upload", "a.mp4", "--json"]);
    assert_eq!(lines(&again)[0]["resumed"], false, "what is there is forgotten: {again:?}");
}

#[test]
fn a_video_is_remembered_while_it_is_not_there() {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = client(&mock);
    bjy.file("a.mp4", vec![1; 3000]);
    let answers = Bjy::new();
    let file = answers.file("answers.json", json!({"video.get_upload_url": {"data": {"video_id": 77, "upload_url": "http://127.0.0.1:1/upload?fid=77&ts=1&token=x"}}}).to_string());
    let broken = Mock::start(&["--rate=0", "--answers", file.to_str().unwrap()]);
    let away = bjy.env("BAIJIAYUN_DOMAIN", broken.printed("url"));
    let ran = away.run(&["upload", "a.mp4"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let remembered = std::fs::read_to_string(away.path("states/baijiayun/uploads.json")).unwrap();
    assert!(remembered.contains(":77"), "{remembered}");
    assert!(!remembered.contains("token"), "{remembered}");
}

#[test]
fn documents_are_bound_to_a_room() {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = client(&mock);
    bjy.file("slides.pdf", vec![b'%'; 2000]);
    let room =
        bjy.run(&["call", "room.create", "title=a", "start_time=1893456000", "end_time=1893459600"]).json()["room_id"]
            .clone();
    let ran = bjy.run(&["upload", "--doc", "--room", &room.to_string(), "slides.pdf", "--json"]);
    assert!(!lines(&ran)[0]["fid"].is_null(), "{ran:?}");
    assert_eq!(bjy.run(&["upload", "slides.pdf", "--room=1"]).code, 2);
}

/// What an archive from Windows unpacks to.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_no_utf_8_goes_up() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let mock = Mock::start(&["--rate=0"]);
    let bjy = client(&mock);
    let name = OsStr::from_bytes(b"\xb5\xda\xd2\xbb\xbf\xce.mp4");
    bjy.file(name, vec![1; 3000]);
    let done = bjy.command(&["upload", "--json"]).arg(name).output().unwrap();
    let told: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
    assert!(told["file"].as_str().unwrap().ends_with(".mp4") && told["video_id"].is_number(), "{told}");
}

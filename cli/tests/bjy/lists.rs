//! All pages of a list, and one call for each row of a file.

use serde_json::{Value, json};

use crate::mock::Mock;
use crate::tool::Bjy;

const ROOMS: usize = 7;

/// A mock with rooms, and a tool that made them from a timetable.
fn school() -> (Mock, Bjy) {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = mock.client();
    let rows: String = (0..ROOMS).map(|at| format!("第{at}课,2030-01-01 08:00:00,1893459600,note {at}\n")).collect();
    bjy.file("timetable.csv", format!("title,start_time,end_time,#note\n{rows}"));
    bjy.run(&["call", "room.create", "--repeat-from=timetable.csv"]).ok();
    (mock, bjy)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn all_pages_come_as_lines_csv_table_and_json() {
    let (_mock, bjy) = school();
    let run = |more: &[&str]| bjy.run(&[&["call", "room.list", "--all", "limit=3"], more].concat()).ok();
    let rows = lines(&run(&["--jsonl"]));
    assert_eq!(rows.len(), ROOMS);
    assert!(rows.iter().any(|row| row["title"] == "第0课"), "{rows:?}");

    let chosen = lines(&run(&["--jsonl", "--columns=title,nothing"]));
    assert_eq!(chosen[0], json!({"title": rows[0]["title"], "nothing": null}));

    let csv = run(&["--csv", "--columns", "room_id,title"]);
    let first = format!("{},{}", rows[0]["room_id"], rows[0]["title"].as_str().unwrap());
    assert_eq!(csv.lines().take(2).collect::<Vec<_>>(), ["room_id,title", first.replace('"', "").as_str()]);
    assert_eq!(csv.lines().count(), ROOMS + 1);

    let table = run(&[]);
    assert!(table.contains("第6课") && table.ends_with(&format!("{ROOMS} rows\n")), "{table}");
    let array: Value = serde_json::from_str(&run(&["--json"])).unwrap();
    assert_eq!(array.as_array().unwrap().len(), ROOMS);
}

#[test]
fn one_page_and_one_object_are_rows_too() {
    let (_mock, bjy) = school();
    let page = bjy.run(&["call", "room.list", "limit=2", "--jsonl"]).ok();
    assert_eq!(page.lines().count(), 2);
    let room = lines(&page)[0]["room_id"].clone();
    let csv = bjy.run(&["call", "room.info", &format!("room_id={room}"), "--csv", "--columns=title"]).ok();
    assert!(csv.starts_with("title\n第"), "{csv}");
    assert_eq!(bjy.run(&["call", "room.list", "--csv", "--jsonl"]).code, 2);
    let error = bjy.run(&["call", "room.info", &format!("room_id={room}"), "--all"]).failure();
    assert!(error["msg"].as_str().unwrap().contains("pages"), "{error}");
}

#[test]
fn a_column_that_no_row_has_is_noted() {
    let (_mock, bjy) = school();
    let ran = bjy.run(&["call", "room.list", "--jsonl", "--columns=title,titel"]);
    assert!(ran.err.contains("no row has titel"), "{ran:?}");
}

#[test]
fn parameters_come_from_standard_input() {
    let (_mock, bjy) = school();
    let ran = bjy.run_with(&["call", "room.list", "--params=-", "--jsonl"], r#"{"limit": 2}"#);
    assert_eq!(ran.ok().lines().count(), 2);
}

#[test]
fn a_timetable_is_made_once() {
    let (_mock, bjy) = school();
    let results = std::fs::read_to_string(bjy.path("timetable.results.csv")).unwrap();
    let header = results.lines().next().unwrap();
    assert!(header.starts_with("row,result,error,title,start_time,end_time,#note,=room_id"), "{header}");
    assert_eq!(results.lines().filter(|line| line.contains(",done,,")).count(), ROOMS);
    assert!(results.contains(",note 6,"), "{results}");

    let again = bjy.run(&["call", "room.create", "--repeat-from=timetable.csv"]);
    assert!(again.err.contains("\"done before\":7"), "{again:?}");
    again.ok();
    assert_eq!(bjy.run(&["call", "room.list", "--all", "--jsonl"]).ok().lines().count(), ROOMS);
}

#[test]
fn rows_that_failed_are_called_again_and_unknown_ones_only_if_told() {
    let files = Bjy::new();
    let answers = json!({"room.create": [{"code": 1, "msg": "稍后再试"}, {"drop": true}, {}, {}, {}]});
    let file = files.file("answers.json", answers.to_string());
    let mock = Mock::start(&["--answers", file.to_str().unwrap()]);
    let bjy = mock.client();
    bjy.file(
        "t.csv",
        "title,start_time,end_time\na,1893456000,1893459600\nb,1893456000,1893459600\nc,1893456000,1893459600\n",
    );
    let arguments = ["call", "room.create", "--repeat-from=t.csv", "--timeout=5"];
    let ran = bjy.run(&arguments);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(lines(&ran.err)[0]["rows"], json!({"done": 1, "failed": 1, "unknown": 1}));
    assert!(ran.err.contains("--again"), "{ran:?}");

    let ran = bjy.run(&arguments);
    assert_eq!(lines(&ran.err)[0]["rows"], json!({"done": 1, "done before": 1, "unknown": 1}));
    let ran = bjy.run(&[&arguments[..], &["--again"]].concat());
    assert_eq!(lines(&ran.err)[0]["rows"], json!({"done": 1, "done before": 2}));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(bjy.run(&["call", "room.list", "--all", "--jsonl"]).ok().lines().count(), 3);
}

#[test]
fn what_was_under_way_when_the_command_ended_is_unknown() {
    let (_mock, bjy) = school();
    bjy.file("u.csv", "title,start_time,end_time\na,1893456000,1893459600\n");
    bjy.file("u.results.begun", "1");
    let ran = bjy.run(&["call", "room.create", "--repeat-from=u.csv"]);
    assert_eq!((ran.code, lines(&ran.err)[0]["rows"].clone()), (1, json!({"unknown": 1})));
}

#[test]
fn nothing_is_sent_if_a_row_is_wrong() {
    let (_mock, bjy) = school();
    for (text, words) in [
        ("title,start_time,end_time\na,1893456000,1893459600\n,1893456000,x\n", "row 2"),
        ("title,anfang\na,1\n", "no parameter anfang"),
        ("title,title\na,1\n", "stands twice"),
        ("title,start_time\na\n", "line"),
    ] {
        bjy.file("wrong.csv", text);
        let error = bjy.run(&["call", "room.create", "--repeat-from=wrong.csv"]).failure();
        assert!(error["msg"].as_str().unwrap().contains(words), "{text}: {error}");
    }
    assert_eq!(bjy.run(&["call", "room.list", "--all", "--jsonl"]).ok().lines().count(), ROOMS);
}

#[test]
fn results_of_another_file_are_kept() {
    let (_mock, bjy) = school();
    bjy.file("timetable.csv", "title,start_time,end_time,#note\nother,1893456000,1893459600,x\n");
    let error = bjy.run(&["call", "room.create", "--repeat-from=timetable.csv"]).failure();
    assert!(error["hint"].as_str().unwrap().contains("--results"), "{error}");
    bjy.run(&["call", "room.create", "--repeat-from=timetable.csv", "--results=other.csv"]).ok();
}

#[test]
fn a_wrong_key_stops_at_the_first_row() {
    let (mock, bjy) = school();
    bjy.file("t.csv", "title,start_time,end_time\na,1893456000,1893459600\nb,1893456000,1893459600\n");
    let wrong = mock.client().env("BAIJIAYUN_PARTNER_KEY", "another key");
    wrong.file("t.csv", std::fs::read(bjy.path("t.csv")).unwrap());
    let ran = wrong.run(&["call", "room.create", "--repeat-from=t.csv"]);
    assert_eq!(lines(&ran.err)[0]["rows"], json!({"failed": 1, "not called": 1}));
}

#[test]
fn excels_gbk_is_read() {
    let (_mock, bjy) = school();
    let mut text = b"title,start_time,end_time\n".to_vec();
    text.extend([0xb2, 0xe2, 0xca, 0xd4]); // 测试
    text.extend(b",1893456000,1893459600\n");
    bjy.file("gbk.csv", text);
    let ran = bjy.run(&["call", "room.create", "--repeat-from=gbk.csv"]);
    assert!(ran.err.contains("read as GBK"), "{ran:?}");
    assert!(bjy.run(&["call", "room.list", "--all", "--jsonl"]).ok().contains("测试"));
}

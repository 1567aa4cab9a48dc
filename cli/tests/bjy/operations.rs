use std::collections::HashSet;

use serde_json::{Value, json};

use crate::tool::Bjy;

fn all() -> Vec<Value> {
    match Bjy::new().run(&["operations", "--json"]).json() {
        Value::Array(entries) => entries,
        other => panic!("not a list: {other}"),
    }
}

#[test]
fn every_operation_of_the_core_is_listed_with_its_documents() {
    let entries = all();
    let names: HashSet<&str> = entries.iter().filter_map(|entry| entry["name"].as_str()).collect();
    let known: HashSet<&str> =
        baijiayun::core::operation::all().iter().map(|operation| operation.name.as_ref()).collect();
    assert_eq!(names, known);

    let documents: Vec<&str> =
        entries.iter().flat_map(|entry| entry["documents"].as_array().unwrap()).filter_map(Value::as_str).collect();
    let unique: HashSet<&&str> = documents.iter().collect();
    assert_eq!(documents.len(), unique.len(), "a document is named twice");
    assert_eq!(documents.len(), 364);
    assert!(documents.contains(&"public_only.playback.getList"));
}

#[test]
fn an_entry_has_what_a_program_needs() {
    let entry = Bjy::new().run(&["operations", "room.create", "--json"]).json();
    assert_eq!(entry["name"], "room.create");
    assert_eq!(entry["title"], "创建房间");
    assert_eq!(entry["documents"], json!(["large_class.2", "small_class.2", "double_teacher.2"]));
    assert_eq!(entry["path"], "/openapi/room/create");
    assert_eq!(entry["path_source"], "public");
    assert_eq!(entry["methods"], json!(["POST"]));
    assert_eq!(entry["read_only"], false);
    assert_eq!(entry["limits"], json!([{"count": 5000, "seconds": 86400, "per": "account"}]));
    assert_eq!(entry["params"][0]["name"], "title");
    assert_eq!(entry["params"][0]["required"], true);
    let kind = entry["params"].as_array().unwrap().iter().find(|param| param["name"] == "type").unwrap();
    assert_eq!(kind["required"], false);
    assert_eq!(kind["default"], 2);
    assert_eq!(kind["enum"][1], json!({"value": 2, "meaning": "ordinary large class"}));
    assert_eq!(entry["response"]["type"], "object");
    for member in ["summary", "candidates", "paging", "notes", "host"] {
        assert!(entry.get(member).is_some(), "{member} is missing");
    }
}

#[test]
fn a_prefix_lists_what_begins_so() {
    let listed = Bjy::new().run(&["operations", "sub_acc", "--json"]).json();
    let names: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|entry| entry["name"].as_str()).collect();
    assert!(names.len() >= 5 && names.iter().all(|name| name.starts_with("sub_account.")), "{names:?}");
}

#[test]
fn tables_mark_guesses() {
    let guessed = all().into_iter().find(|entry| entry["path_source"] == "inferred").unwrap();
    let known = all().into_iter().find(|entry| entry["path_source"] == "seed").unwrap();
    let table = Bjy::new().run(&["operations"]).ok();
    let row = |entry: &Value| {
        let name = format!(" {} ", entry["name"].as_str().unwrap());
        table.lines().find(|line| line.contains(&name)).unwrap_or_else(|| panic!("no row for {name}"))
    };
    assert!(row(&guessed).contains(&format!("{} ?", guessed["path"].as_str().unwrap())));
    assert!(row(&guessed).contains(guessed["title"].as_str().unwrap()));
    assert!(row(&known).contains(known["path"].as_str().unwrap()) && !row(&known).contains('?'));
    let guesses = all().iter().filter(|entry| entry["path_source"] == "inferred").count();
    assert!(table.contains(&format!("{guesses} paths marked ? are guesses")));
}

#[test]
fn detail_shows_candidates_of_a_guess() {
    let guessed = all().into_iter().find(|entry| entry["path_source"] == "inferred").unwrap();
    let text = Bjy::new().run(&["operations", guessed["name"].as_str().unwrap()]).ok();
    assert!(text.contains("a guess"));
    for candidate in guessed["candidates"].as_array().unwrap() {
        assert!(text.contains(candidate.as_str().unwrap()), "{candidate} is missing");
    }
}

#[test]
fn detail_shows_parameters_and_data() {
    let text = Bjy::new().run(&["operations", "room.create"]).ok();
    for wanted in ["创建房间", "start_time", "2 = ordinary large class", "room_id", "5000 calls in 86400 s per account"]
    {
        assert!(text.contains(wanted), "{wanted} is missing");
    }
    let widest = text.lines().filter(|line| line.starts_with('│')).map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 120), "{widest:?}");
}

#[test]
fn an_unknown_name_is_told_its_neighbours() {
    let error = Bjy::new().run(&["operations", "room.creat_", "--json"]).failure();
    assert_eq!(error["kind"], "unknown_operation");
    let error = Bjy::new().run(&["request", "room.creates"]).failure();
    assert_eq!(error["kind"], "unknown_operation");
    assert_eq!(error["hint"], "did you mean room.create?");
}

#[test]
fn the_tree_of_data_keeps_its_indentation() {
    let text = Bjy::new().run(&["operations", "room.info"]).ok();
    let data: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Data")).collect();
    assert!(data.contains(&"    is_private: int  How users are let in."), "{text}");
    assert!(data.contains(&"        0 = enter directly"), "{text}");
    for name in all().iter().filter_map(|entry| entry["name"].as_str()) {
        let text = Bjy::new().run(&["operations", name]).ok();
        let tree =
            text.lines().skip_while(|line| !line.starts_with("Data")).skip(1).take_while(|line| !line.is_empty());
        for line in tree {
            assert!(line.starts_with("  ") && line.chars().count() <= 120, "{name}: {line}");
        }
    }
}

#[test]
fn the_members_of_a_json_parameter_are_a_tree_too() {
    let entry = all().into_iter().find(|entry| {
        entry["params"].as_array().unwrap().iter().any(|param| param["value"]["items"]["fields"].is_object())
    });
    let entry = entry.unwrap();
    let param = entry["params"].as_array().unwrap().iter().find(|param| param["value"]["items"]["fields"].is_object());
    let (name, items) = (param.unwrap()["name"].as_str().unwrap(), &param.unwrap()["value"]["items"]["fields"]);
    let text = Bjy::new().run(&["operations", entry["name"].as_str().unwrap()]).ok();
    assert!(text.contains(&format!("\nJSON in {name}\n  {name}: array of object")), "{text}");
    for member in items.as_object().unwrap().keys() {
        assert!(text.contains(&format!("\n    {member}: ")), "{member}: {text}");
    }
}

fn found(words: &[&str]) -> Vec<String> {
    let listed = Bjy::new().run(&[&["operations", "--json"], words].concat()).json();
    listed.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn words_of_both_languages_find_the_best_first() {
    for (words, first) in [
        (&["创建房间"][..], "room.create"),
        (&["创建", "房间"], "room.create"),
        (&["large_class.2"], "room.create"),
        (&["/openapi/room/create"], "room.create"),
        (&["OPENAPI/ROOM/CREATE"], "room.create"),
        (&["get_upload_url"], "video.get_upload_url"),
    ] {
        assert_eq!(found(words).first().map(String::as_str), Some(first), "{words:?}");
    }
    for (words, all) in [(&["attendance"][..], "attendance"), (&["创建"], "创建"), (&["revoke"], "revoke")] {
        let found = found(words);
        assert!(!found.is_empty(), "{words:?}");
        let best = Bjy::new().run(&["operations", &found[0]]).ok().to_lowercase();
        assert!(best.contains(all), "{words:?}: {found:?}");
    }
    assert!(found(&["考勤"]).contains(&"room_data.export_live_report".to_owned()), "words for one thing are known");
    assert!(found(&["is_mock_live"]).contains(&"room.create".to_owned()), "parameters are searched");
    assert!(!found(&["考勤统计查询表"]).is_empty(), "Chinese words are taken apart");
    assert_eq!(Bjy::new().run(&["operations", "qqqqzzzz"]).failure()["kind"], "unknown_operation");
}

#[test]
fn what_was_found_is_a_table_with_summaries() {
    let text = Bjy::new().run(&["operations", "考勤"]).ok();
    assert!(text.contains("Summary") && text.contains("attendance"), "{text}");
}

#[test]
fn narrow_terminals_break_no_names() {
    for (columns, words) in
        [("60", &["operations"][..]), ("60", &["operations", "room.create"]), ("30", &["operations", "考勤"])]
    {
        let text = Bjy::new().env("COLUMNS", columns).run(words).ok();
        for name in ["room.create", "is_video_main", "attendance"].iter().filter(|name| text.contains(&name[..6])) {
            assert!(text.contains(name), "{columns} {words:?}: {name} is broken");
        }
    }
}

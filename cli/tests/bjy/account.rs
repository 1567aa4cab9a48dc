use crate::tool::{Bjy, KEY};

const REQUEST: [&str; 3] = ["request", "room.info", "room_id=1"];

fn url(bjy: &Bjy, more: &[&str]) -> String {
    let request = bjy.run(&[&REQUEST, more].concat()).json();
    request["url"].as_str().unwrap().to_owned()
}

fn config(domain: &str) -> String {
    format!("domain = \"{domain}\"\npartner_id = 12345678\npartner_key = \"{KEY}\"\n")
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let bjy = Bjy::new();
    bjy.file("baijiayun.toml", config("file"));
    assert_eq!(url(&bjy, &[]), "https://file.at.baijiayun.com/openapi/room/info");
    let bjy = bjy.env("BAIJIAYUN_DOMAIN", "environment");
    assert_eq!(url(&bjy, &[]), "https://environment.at.baijiayun.com/openapi/room/info");
    assert_eq!(url(&bjy, &["--domain", "flag"]), "https://flag.at.baijiayun.com/openapi/room/info");
}

#[test]
fn the_named_file_wins_over_the_local_one_over_the_users() {
    let bjy = Bjy::new();
    if cfg!(target_os = "linux") {
        bjy.file("user/baijiayun/config.toml", config("user"));
        assert!(url(&bjy, &[]).starts_with("https://user."));
    }
    bjy.file("baijiayun.toml", config("local"));
    assert!(url(&bjy, &[]).starts_with("https://local."));
    bjy.file("other.toml", config("named"));
    assert!(url(&bjy, &["--config", "other.toml"]).starts_with("https://named."));
    let error = bjy.run(&[&REQUEST[..], &["--config=nothing.toml"]].concat()).failure();
    assert!(error["msg"].as_str().unwrap().contains("nothing.toml"), "{error}");
}

#[test]
fn flags_may_stand_before_the_command() {
    let request = Bjy::with_account().run(&[&["--domain=first"], &REQUEST[..]].concat()).json();
    assert_eq!(request["url"], "https://first.at.baijiayun.com/openapi/room/info");
}

#[test]
fn paths_of_the_file_replace_guesses() {
    let bjy = Bjy::with_account();
    bjy.file("baijiayun.toml", "[paths]\n\"chat.revoke_message\" = \"/openapi/chat/other\"\n");
    let request = bjy.run(&["request", "chat.revoke_message", "class_id=1", "id=2"]).json();
    assert_eq!(request["url"], "https://school.at.baijiayun.com/openapi/chat/other");
}

#[test]
fn what_is_missing_is_named_with_the_ways_to_give_it() {
    let error = Bjy::new().run(&REQUEST).failure();
    assert_eq!(error["kind"], "invalid_account");
    assert_eq!(error["msg"], "the account lacks domain, partner_id, partner_key");
    let error = Bjy::with_account().env("BAIJIAYUN_PARTNER_KEY", "").run(&REQUEST).failure();
    assert_eq!(error["msg"], "the account lacks partner_key");
    let hint = error["hint"].as_str().unwrap();
    for way in ["--partner-key", "BAIJIAYUN_PARTNER_KEY", "baijiayun.toml"] {
        assert!(hint.contains(way), "{way} is not in {hint}");
    }
    assert!(!hint.contains("--domain"), "{hint}");
}

#[test]
fn a_wrong_account_is_refused_without_its_key() {
    let error = Bjy::with_account().run(&[&REQUEST[..], &["--domain", "a b"]].concat()).failure();
    assert_eq!(error["kind"], "invalid_account");
}

#[test]
fn a_broken_file_is_reported_without_its_values() {
    let bjy = Bjy::new();
    for (text, part) in [
        (format!("domain = \"a\"\npartner_key = {KEY}"), "line 2"),
        (format!("partner_key = [\"{KEY}\"]"), "partner_key must be a text"),
        (format!("partner_keys = \"{KEY}\""), "unknown key partner_keys"),
    ] {
        bjy.file("baijiayun.toml", text);
        let error = bjy.run(&REQUEST).failure();
        assert_eq!(error["kind"], "config");
        assert!(error["msg"].as_str().unwrap().contains(part), "{error}");
    }
}

#[test]
fn help_shows_no_values_and_every_commands_chinese_title() {
    let bjy = Bjy::with_account();
    let help = bjy.run(&["--help"]).ok();
    assert!(help.contains("BAIJIAYUN_PARTNER_KEY") && help.contains("列出全部接口"));
    for command in help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty()) {
        let name = command.split_whitespace().next().unwrap();
        if name == "help" {
            continue;
        }
        assert!(command.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c)), "no Chinese title: {command}");
        let own = bjy.run(&[name, "--help"]).ok();
        assert!(own.contains("Usage: bjy"), "{own}");
    }
}

// promise: paths_file_for_guesses
#[test]
fn a_file_in_the_folder_leads_only_guesses_elsewhere() {
    let bjy = Bjy::with_account();
    bjy.file(
        "baijiayun-paths.toml",
        "[paths]\n\"chat.revoke_message\" = \"/openapi/chat/other\"\n\"room.info\" = \"/openapi/room/delete\"\n",
    );
    let request = bjy.run(&["request", "chat.revoke_message", "class_id=1", "id=2"]);
    assert!(request.err.contains("not heeded for room.info"), "{request:?}");
    assert_eq!(request.json()["url"], "https://school.at.baijiayun.com/openapi/chat/other");
    let request = bjy.run(&["request", "room.info", "room_id=1"]).json();
    assert_eq!(request["url"], "https://school.at.baijiayun.com/openapi/room/info");
}

// promise: paths_checked
#[test]
fn paths_that_lead_out_are_refused() {
    for path in ["/openapi/..", "/openapi/%2e%2e/x", "/openapi//x", "/openapi/x?a=1"] {
        let bjy = Bjy::with_account();
        bjy.file("baijiayun-paths.toml", format!("[paths]\n\"chat.revoke_message\" = \"{path}\"\n"));
        let error = bjy.run(&["request", "chat.revoke_message", "class_id=1", "id=2"]).failure();
        assert!(error["msg"].as_str().unwrap().contains("the path of chat.revoke_message holds"), "{error}");
    }
}

fn school(key: &str) -> String {
    format!("[accounts.school]\ndomain = \"school\"\npartner_id = 11\n{key}\n")
}

#[test]
fn accounts_have_names() {
    let bjy = Bjy::new();
    bjy.file("baijiayun.toml", config("file") + &school(&format!("partner_key = \"{KEY}\"")));
    assert!(url(&bjy, &[]).starts_with("https://file."));
    assert!(url(&bjy, &["--account", "school"]).starts_with("https://school."));
    let error = bjy.run(&[&REQUEST[..], &["--account=scool"]].concat()).failure();
    assert!(error["hint"].as_str().unwrap().starts_with("did you mean school?"), "{error}");
    // A named account is whole: another one's variables are not heeded, and that is told.
    let bjy = bjy.env("BAIJIAYUN_DOMAIN", "environment").env("BAIJIAYUN_ACCOUNT", "school");
    let request = bjy.run(&REQUEST);
    assert!(request.err.contains("BAIJIAYUN_DOMAIN: not heeded"), "{request:?}");
    assert_eq!(request.json()["url"], "https://school.at.baijiayun.com/openapi/room/info");
    assert!(url(&bjy, &["--domain=flag"]).starts_with("https://flag."));
}

#[test]
fn accounts_are_listed_without_keys() {
    let bjy = Bjy::new().env("BAIJIAYUN_ACCOUNT", "school");
    let text = config("file") + &school("partner_key_command = [\"/no/such/program\"]");
    bjy.file("baijiayun.toml", text + "[accounts.other]\ndomain = \"other\"\npartner_key_file = \"nowhere.key\"\n");
    let accounts = bjy.run(&["accounts", "--json"]).json();
    let shown: Vec<_> =
        accounts.as_array().unwrap().iter().map(|one| (&one["name"], &one["key"], &one["chosen"])).collect();
    let (yes, no) = (&serde_json::json!(true), &serde_json::json!(false));
    assert_eq!(shown.len(), 3);
    assert_eq!(shown[0], (&serde_json::Value::Null, &serde_json::json!("partner_key"), no));
    assert_eq!(shown[1], (&serde_json::json!("other"), &serde_json::json!("partner_key_file"), no));
    assert_eq!(shown[2], (&serde_json::json!("school"), &serde_json::json!("partner_key_command"), yes));
    let text = bjy.run(&["accounts"]).ok();
    assert!(text.contains("* school") && text.contains("12345678"), "{text}");
    assert!(Bjy::new().run(&["accounts"]).ok().contains("no accounts"));
    let names = bjy.env("COMPLETE", "fish").run(&["--", "bjy", "ping", "--account", "s"]).ok();
    assert!(names.starts_with("school"), "{names}");
}

#[cfg(unix)]
#[test]
fn a_program_tells_the_key_if_the_user_chose_its_file() {
    let bjy = Bjy::new();
    let signed = |bjy: &Bjy, more: &[&str]| {
        bjy.run(&[&REQUEST[..], &["--account=school", "--timestamp=1893456000"], more].concat())
    };
    let inline = school(&format!("partner_key = \"{KEY}\""));
    bjy.file("inline.toml", &inline);
    let wanted = signed(&bjy, &["--config=inline.toml"]).json()["body"].clone();
    bjy.file("key.txt", format!("{KEY}\n"));
    let key = bjy.path("key.txt");
    let command = school(&format!("partner_key_command = [\"cat\", \"{}\"]", key.display()));
    bjy.file("user/baijiayun/config.toml", &command);
    assert_eq!(signed(&bjy, &[]).json()["body"], wanted);
    // No file that merely lies in the folder starts a program: a clone of somebody's repository may bring it.
    bjy.file("baijiayun.toml", &command);
    let error = signed(&bjy, &[]).failure();
    assert!(error["msg"].as_str().unwrap().ends_with("a file that lies in the folder starts no programs"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--config baijiayun.toml"), "{error}");
    assert_eq!(signed(&bjy, &["--config=baijiayun.toml"]).json()["body"], wanted);
    bjy.file("fails.toml", school("partner_key_command = \"false\""));
    let error = signed(&bjy, &["--config=fails.toml"]).failure();
    assert!(error["msg"].as_str().unwrap().contains("partner_key_command: false: it failed"), "{error}");
}

#[cfg(unix)]
#[test]
fn keys_that_others_can_read_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let bjy = Bjy::new();
    let file = bjy.file("baijiayun.toml", school("partner_key_file = \"school.key\""));
    let key = bjy.file("school.key", KEY);
    let told = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        bjy.run(&[&REQUEST[..], &["--account=school"]].concat()).err
    };
    assert!(told(&key, 0o640).contains("school.key holds a key, and others can read it (640): chmod 600"));
    assert_eq!(told(&key, 0o600), "");
    assert_eq!(told(&file, 0o644), "", "it holds no key");
    bjy.file("baijiayun.toml", school(&format!("partner_key = \"{KEY}\"")));
    assert!(told(&file, 0o644).contains("baijiayun.toml holds a key"));
}

#[cfg(unix)]
#[test]
fn a_home_that_is_a_device_has_no_file() {
    let bjy = Bjy::with_account().env("HOME", "/dev/null").env("XDG_CONFIG_HOME", "/dev/null");
    bjy.run(&REQUEST).ok();
}

#[cfg(target_os = "linux")]
#[test]
fn a_variable_that_is_no_utf_8_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    for name in ["BAIJIAYUN_ACCOUNT", "BAIJIAYUN_DOMAIN", "BAIJIAYUN_PARTNER_ID", "BAIJIAYUN_PARTNER_KEY"] {
        let bjy = Bjy::with_account();
        let done = bjy.command(&REQUEST).env(name, OsStr::from_bytes(b"\xb0\xd9\xbc\xd2")).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && told.contains(&format!("{name} is no UTF-8")), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_nobody_reads_is_no_panic() {
    for arguments in [&["call", "room.inf"][..], &["nothing", "--json"], &["nothing"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let code = Bjy::new().command(arguments).stderr(full).status().unwrap().code();
        assert!(matches!(code, Some(1 | 2)), "{arguments:?}: {code:?}");
    }
}

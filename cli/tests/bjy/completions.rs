use crate::tool::{Bjy, Ran};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// What a shell's script asks.
fn ask(shell: &str, words: &[&str]) -> Ran {
    let index = (words.len() - 1).to_string();
    Bjy::new()
        .env("COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", &index)
        .env("_CLAP_IFS", "\n")
        .run(&[&["--"], words].concat())
}

#[test]
fn every_shell_has_a_script_that_asks_the_tool() {
    for shell in SHELLS {
        let script = Bjy::new().run(&["completions", shell]).ok();
        assert!(script.contains("COMPLETE") && script.contains("bjy"), "{shell}: {script}");
    }
    assert_eq!(Bjy::new().run(&["completions", "nothing"]).code, 2);
}

#[test]
fn every_shell_is_told_commands_operations_and_parameters() {
    for shell in SHELLS {
        for (words, wanted, unwanted) in [
            (&["bjy", "oper"][..], "operations", "call"),
            (&["bjy", "call", "room.cr"], "room.create", "room.list"),
            (&["bjy", "operations", "video.get_up"], "video.get_upload_url", "room"),
            (&["bjy", "parse", "room.cr"], "room.create", "room.list"),
            (&["bjy", "request", "room.create", "max_u"], "max_users=", "title="),
            (&["bjy", "call", "room.create", ""], "title=", "operations"),
            (&["bjy", "call", "room.create", "title=x", "type="], "type=2", "type=x"),
        ] {
            let told = ask(shell, words).ok();
            assert!(told.contains(wanted) && !told.contains(unwanted), "{shell} {words:?}: {told}");
        }
    }
}

#[test]
fn somebody_elses_variable_changes_nothing() {
    Bjy::new().env("COMPLETE", "1").run(&["operations", "room.create"]).ok();
}

#[cfg(unix)]
#[test]
fn words_that_are_no_utf_8_are_passed_over() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let bjy = Bjy::new().env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "3").env("_CLAP_IFS", "\n");
    let mut command = bjy.command(&["--", "bjy", "call"]);
    let done = command.arg(OsStr::from_bytes(b"\xff")).arg("ti").output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
}

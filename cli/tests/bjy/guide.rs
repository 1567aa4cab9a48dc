//! The commands of docs/bjy.md and of docs/skills are run as they stand there.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::mock::Mock;

/// A command and the lines that stand below it.
type Shown = (String, Vec<String>);

fn commands(page: &str) -> Vec<Shown> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut commands: Vec<Shown> = Vec::new();
    let mut within = false;
    for line in text.lines() {
        match (line, line.strip_prefix("$ ")) {
            ("```console", _) => within = true,
            ("```", _) => within = false,
            (_, Some(command)) if within => commands.push((command.to_owned(), Vec::new())),
            (line, None) if within => commands.last_mut().expect("a command").1.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}

/// The pieces between `…` stand in the output, in that order.
fn is_shown(output: &str, line: &str) -> bool {
    let mut rest = output;
    line.split('…').map(str::trim).filter(|piece| !piece.is_empty()).all(|piece| match rest.split_once(piece) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

#[cfg(unix)]
fn run_all(page: &str) {
    let mock = Mock::start(&["--rate=0"]);
    let bjy = mock.client();
    let folder = Path::new(env!("CARGO_BIN_EXE_bjy")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let known = bjy.command(&[]);
    for (command, lines) in commands(page) {
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).env("PATH", &path).current_dir(bjy.path(""));
        for (name, value) in known.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let done = shell.output().unwrap();
        let output = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{page}: {command}: {output}");
        for line in lines {
            assert!(is_shown(&output, &line), "{page}: {command}: {line:?} is not in {output}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_page_is_true() {
    run_all("bjy.md");
}

#[cfg(unix)]
#[test]
fn the_chinese_page_is_true() {
    run_all("bjy.zh-CN.md");
}

#[cfg(unix)]
#[test]
fn the_skill_of_agents_is_true() {
    run_all("skills/bjy/SKILL.md");
}

#[test]
fn both_pages_have_the_same_commands() {
    let english = commands("bjy.md");
    assert!(english.len() > 10);
    assert_eq!(english, commands("bjy.zh-CN.md"));
}

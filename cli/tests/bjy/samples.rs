//! The calls that the site shows make requests.

use crate::tool::Bjy;

/// Those of the other languages have the same values: what is refused here would be refused there.
const COMMANDS: &str = include_str!("generated/samples.sh");

#[test]
fn each_command_of_the_reference_makes_a_request() {
    let bjy = Bjy::with_account();
    for file in ["lesson.mp4", "lesson.pdf", "lesson.srt", "picture.png"] {
        bjy.file(file, "x");
    }
    let commands: Vec<&str> = COMMANDS.lines().filter(|line| line.starts_with("bjy call ")).collect();
    assert!(commands.len() > 280, "{} commands", commands.len());
    for command in commands {
        let words: Vec<String> = words(command);
        let words = words.iter().skip(2).map(String::as_str).filter(|word| *word != "--all");
        let arguments: Vec<&str> = ["request"].into_iter().chain(words).collect();
        let ran = bjy.run(&arguments);
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
    }
}

/// The words of a command as a shell reads them: between quotes, blanks are none.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words
}

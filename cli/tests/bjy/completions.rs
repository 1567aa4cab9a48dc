use crate::tool::Bjy;

#[test]
fn scripts_know_commands_and_operations() {
    // clap_complete gives fish no values of positional arguments.
    let operations = ["room.create", "video.get_upload_url"];
    for (shell, names) in [("bash", &operations[..]), ("zsh", &operations), ("fish", &[])] {
        let script = Bjy::new().run(&["completions", shell]).ok();
        for word in ["operations", "completions"].iter().chain(names) {
            assert!(script.contains(word), "{word} is not in the script for {shell}");
        }
    }
    assert_eq!(Bjy::new().run(&["completions", "nothing"]).code, 2);
}

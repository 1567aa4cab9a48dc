//! VitePress.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs what the lock file names, where that is not done, and builds.
pub fn build(root: &Path, base: &str) -> Result<(), Box<dyn Error>> {
    let site = root.join("site");
    let lock = fs::read_to_string(site.join("package-lock.json"))?;
    // npm keeps in there what it installed; the mark says by which lock file.
    let mark = site.join("node_modules/.installed-by");
    if fs::read_to_string(&mark).ok().as_deref() != Some(lock.as_str()) {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&site))?;
        fs::write(mark, lock)?;
    }
    // What pages import is looked for from where they are.
    let modules = root.join(super::TARGET).join("node_modules");
    if !modules.exists() {
        std::os::unix::fs::symlink(site.join("node_modules"), &modules)?;
    }
    run(Command::new("node")
        .args(["node_modules/vitepress/bin/vitepress.js", "build", ".", "--base", base])
        .current_dir(&site))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| {
        format!("{program} cannot be started ({error}): Node 20 or later with npm is needed: https://nodejs.org")
    })?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}

//! VitePress.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

#[cfg(unix)]
use std::os::unix::fs::symlink as link;
#[cfg(windows)]
use std::os::windows::fs::symlink_dir as link;

/// What the explorer is made of, of this repository (the first two for their types): where it is built, what of it is there then, how, and of what it is made.
type Package = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);
const PACKAGES: [Package; 3] = [
    (
        "bindings-wasm/npm",
        "dist/web.mjs",
        &["npm", "run", "--silent", "build"],
        &["core/src", "bindings-wasm/src", "bindings-wasm/npm/src"],
    ),
    (
        "bindings-wasm/npm-mock",
        "dist/web.mjs",
        &["npm", "run", "--silent", "build"],
        &["core/src", "mock/src", "bindings-wasm/mock/src", "bindings-wasm/npm-mock/src"],
    ),
    (
        "bindings-wasm/explorer",
        "dist/explorer.mjs",
        &["node", "build.mjs"],
        &[
            "core/src",
            "mock/src",
            "explain/src",
            "bindings-wasm/src",
            "bindings-wasm/mock/src",
            "bindings-wasm/npm/src",
            "bindings-wasm/npm-mock/src",
            "bindings-wasm/explorer/src",
            "bindings-wasm/explorer/build.mjs",
        ],
    ),
];

/// Builds the packages that are missing, or older than what they are made of.
fn packages(root: &Path) -> Result<(), Box<dyn Error>> {
    for (folder, built, command, sources) in PACKAGES {
        let folder = root.join(folder);
        let newest = sources.iter().filter_map(|source| newest(&root.join(source))).max();
        if changed(&folder.join(built)).is_some_and(|built| Some(built) >= newest) {
            continue;
        }
        if folder.join("package-lock.json").exists() {
            run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder))?;
        }
        let (program, arguments) = command.split_first().ok_or("a package without a command")?;
        run(Command::new(program).args(arguments).current_dir(&folder))?;
    }
    Ok(())
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// When the last of the files in a folder was changed, or a file.
fn newest(path: &Path) -> Option<SystemTime> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().filter_map(|entry| newest(&entry.path())).max(),
        Err(_) => changed(path),
    }
}

/// The path of an address, with a slash at its end.
fn path_of(address: &str) -> Result<String, Box<dyn Error>> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| address.strip_prefix(scheme));
    let rest = rest.filter(|rest| !rest.starts_with('/') && !rest.is_empty() && !rest.contains(['?', '#']));
    let rest = rest.ok_or_else(|| format!("{address}: give it as https://HOST/PATH/"))?;
    let path = rest.split_once('/').map_or("", |(_, path)| path).trim_matches('/');
    Ok(if path.is_empty() { "/".to_owned() } else { format!("/{path}/") })
}

/// Installs what the lock file names, where that is not done, and builds.
pub fn build(root: &Path, base: &str, address: Option<&str>) -> Result<(), Box<dyn Error>> {
    let base = match address {
        Some(address) => path_of(address)?,
        // VitePress would put together what does not begin and end so.
        None => format!("/{}/", base.trim_matches('/')).replace("//", "/"),
    };
    packages(root)?;
    let site = root.join("site");
    let lock = fs::read_to_string(site.join("package-lock.json"))?;
    // npm keeps in there what it installed; the mark says by which lock file.
    let mark = site.join("node_modules/.installed-by");
    if fs::read_to_string(&mark).ok().as_deref() != Some(lock.as_str()) {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&site))?;
        fs::write(mark, lock)?;
    }
    // What pages import is looked for from where they are.
    let (installed, modules) = (site.join("node_modules"), root.join(super::TARGET).join("node_modules"));
    if fs::read_link(&modules).ok().as_ref() != Some(&installed) {
        // One of a folder that was moved leads elsewhere.
        if modules.is_symlink() {
            fs::remove_file(&modules)?;
        }
        link(installed, &modules)?;
    }
    run(Command::new("node")
        .args(["node_modules/vitepress/bin/vitepress.js", "build", ".", "--base", &base])
        .env("SITE_ADDRESS", address.map_or(String::new(), |address| format!("{}/", address.trim_end_matches('/'))))
        .current_dir(&site))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| {
        format!("{program} cannot be started ({error}): Node 20 or later with npm is needed: https://nodejs.org")
    })?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_path_of_an_address_is_where_the_site_stands() {
        for (address, path) in [
            ("https://docs.example.com", "/"),
            ("https://docs.example.com/", "/"),
            ("https://name.github.io/repository", "/repository/"),
            ("http://127.0.0.1:8080/a/b/", "/a/b/"),
        ] {
            assert_eq!(path_of(address).ok().as_deref(), Some(path), "{address}");
        }
        for address in ["", "/repository/", "docs.example.com/", "https://", "https:///a", "https://a/?b"] {
            assert!(path_of(address).is_err(), "{address}");
        }
    }
}

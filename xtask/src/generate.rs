//! All generated files, written or compared.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use baijiayun_api::Description;

use crate::{
    callbacks, core_table, kotlin_client, mock_table, openapi, promises, python_client, rust_client, rust_guide,
    samples, surface, swift_client, swift_guide, ts_client,
};

/// A generated file: its path in the repository and its content.
pub struct Output {
    pub path: PathBuf,
    pub content: String,
}

impl Output {
    pub fn new(path: impl Into<PathBuf>, content: String) -> Output {
        Output { path: path.into(), content }
    }
}

/// Folders that hold nothing but generated files.
const FOLDERS: [&str; 15] = [
    "api/generated",
    "core/src/generated",
    "client/src/generated",
    "client/tests/client/generated",
    "tests/e2e/generated",
    "mock/src/generated",
    "bindings-wasm/npm/src/generated",
    "bindings-uniffi/python/src/baijiayun/generated",
    kotlin_client::FOLDER,
    swift_client::FOLDER,
    swift_client::TESTS,
    samples::NPM,
    samples::PYTHON,
    samples::KOTLIN,
    samples::SHELL,
];

pub fn run(root: &Path, check: bool) -> Result<String, Box<dyn Error>> {
    let description = Description::load_dir(root.join("api"))?;
    let faults = description.faults();
    if !faults.is_empty() {
        return Err(format!("nothing was written; in api/ is wrong:\n  {}", faults.join("\n  ")).into());
    }
    let mut outputs = vec![Output::new("api/generated/description.json", serde_json::to_string(&description)? + "\n")];
    outputs.extend(core_table::outputs(&description));
    outputs.extend(mock_table::outputs(&description)?);
    outputs.extend(rust_client::outputs(&description)?);
    outputs.extend(callbacks::outputs(&description)?);
    outputs.extend(ts_client::outputs(&description)?);
    outputs.extend(python_client::outputs(&description)?);
    outputs.extend(kotlin_client::outputs(&description)?);
    outputs.extend(swift_client::outputs(&description)?);
    outputs.extend(swift_guide::outputs(root)?);
    outputs.extend(openapi::outputs(&description)?);
    outputs.extend(surface::outputs(&description)?);
    outputs.extend(promises::outputs(root)?);
    outputs.extend(rust_guide::outputs(root)?);
    outputs.extend(samples::outputs(&description)?);

    let stale = stale_files(root, &outputs)?;
    let mut differing = Vec::new();
    for output in &outputs {
        let path = root.join(&output.path);
        if fs::read_to_string(&path).ok().as_deref() == Some(output.content.as_str()) {
            continue;
        }
        differing.push(output.path.display().to_string());
        if !check {
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            fs::write(&path, &output.content)?;
        }
    }
    if check {
        differing.extend(stale.iter().map(|path| path.display().to_string()));
        if !differing.is_empty() {
            return Err(format!(
                "these files differ from api/, tests/promises/ or the guides; run `cargo xtask generate`:\n  {}",
                differing.join("\n  ")
            )
            .into());
        }
        return Ok(format!("{} generated files are up to date", outputs.len()));
    }
    for path in &stale {
        fs::remove_file(root.join(path))?;
    }
    Ok(format!("{} generated files, {} changed, {} removed", outputs.len(), differing.len(), stale.len()))
}

/// Files in the generated folders that nothing generates any more.
fn stale_files(root: &Path, outputs: &[Output]) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let known: BTreeSet<&Path> = outputs.iter().map(|output| output.path.as_path()).collect();
    let mut stale = Vec::new();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let entry = entry?;
            let path = Path::new(folder).join(entry.file_name());
            // Python keeps its cache in a folder there.
            if entry.file_type()?.is_file() && !known.contains(path.as_path()) {
                stale.push(path);
            }
        }
    }
    Ok(stale)
}

//! Parameters as the command line gives them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;

use baijiayun::core::FileSource;
use baijiayun::core::operation::{self, Operation, ParamKind};
use baijiayun::{Error, ErrorKind, File, Params, Value};
use clap_complete::ArgValueCompleter;

use crate::completions;
use crate::failure::Failure;
use crate::files;

/// An operation and its parameters.
#[derive(Debug, clap::Args)]
pub(crate) struct CallArgs {
    /// Operation, for example room.create 接口名称
    #[arg(index = 1, add = ArgValueCompleter::new(completions::operations))]
    operation: String,
    /// Parameters; a file and the text of a JSON parameter may be given as key=@path 参数
    #[arg(index = 2, value_name = "KEY=VALUE", add = ArgValueCompleter::new(completions::parameters))]
    values: Vec<Assignment>,
    /// JSON object with parameters, - for standard input 参数文件
    #[arg(long, value_name = "FILE")]
    params: Option<String>,
    /// Parameter that the description lacks; sent unchecked 文档之外的参数
    #[arg(long, value_name = "KEY=VALUE")]
    extra: Vec<Assignment>,
}

/// `key=value`.
#[derive(Clone)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Assignment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Assignment, &'static str> {
        let (name, value) =
            text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("parameters are given as key=value")?;
        Ok(Assignment { name: name.to_owned(), value: value.to_owned() })
    }
}

impl std::fmt::Debug for Assignment {
    /// The name only: the value may be a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl CallArgs {
    /// Finds the operation and gathers its parameters. Those of the command
    /// line replace those of the file.
    pub(crate) fn resolve(&self) -> Result<(&'static Operation, Params), Failure> {
        let operation = operation::find(&self.operation)?;
        for given in [&self.values, &self.extra] {
            refuse_twice(operation, given)?;
        }
        let mut params = match &self.params {
            Some(path) => Params::from_json(operation, &read_text(path)?)?,
            None => Params::new(),
        };
        for param in operation.params.iter().filter(|param| param.kind == ParamKind::File) {
            if let Some(file) = params.get(param.name).map(|value| file_in(operation, param.name, value)).transpose()? {
                params.set(param.name, file);
            }
        }
        for Assignment { name, value } in &self.values {
            set(operation, &mut params, name, value)?;
        }
        for Assignment { name, value } in &self.extra {
            params.set_extra(name, value.as_str());
        }
        Ok((operation, params))
    }
}

/// Sets a parameter to its text form.
pub(crate) fn set(operation: &Operation, params: &mut Params, name: &str, value: &str) -> Result<(), Failure> {
    match operation.param(name) {
        Some(param) => params.set(param.name, typed(operation, param.name, param.kind, value)?),
        None => params.set(name.to_owned(), value),
    };
    Ok(())
}

/// Of two values for one name, one would be lost without a word.
fn refuse_twice(operation: &Operation, given: &[Assignment]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    match given.iter().find(|assignment| !seen.insert(&assignment.name)) {
        None => Ok(()),
        Some(Assignment { name, .. }) => Err(Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
            .with_message(format!("{name} is given twice"))
            .with_hint("a list is given in one value, its elements with the separator between them")
            .into()),
    }
}

/// The value of a file parameter in a parameter file, with the size of the
/// file that it names as `"@path"` or as an object.
fn file_in(operation: &Operation, name: &str, value: &Value) -> Result<Value, Failure> {
    Ok(match value {
        Value::Text(text) if let Some(path) = text.strip_prefix('@') => Value::File(file(operation, name, path)?),
        Value::File(given @ File { size: None, source: FileSource::Named(path), .. }) => {
            Value::File(File { size: file(operation, name, path)?.size, ..given.clone() })
        }
        other => other.clone(),
    })
}

/// The core reads the text forms of all kinds; only what has none is made here.
fn typed(operation: &Operation, name: &str, kind: ParamKind, text: &str) -> Result<Value, Failure> {
    Ok(match (kind, text, text.strip_prefix('@')) {
        (ParamKind::File, _, Some(path)) => Value::File(file(operation, name, path)?),
        (ParamKind::Json(_), _, Some(path)) => Value::Json(
            unmarked(files::read_text(Path::new(path)).map_err(|error| unreadable(operation, name, path, &error))?)
                .trim()
                .to_owned(),
        ),
        (ParamKind::Flag, "true", _) => Value::Bool(true),
        (ParamKind::Flag, "false", _) => Value::Bool(false),
        _ => Value::from(text),
    })
}

fn file(operation: &Operation, name: &str, path: &str) -> Result<File, Failure> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(operation, name, path, &error))?;
    if !metadata.is_file() {
        let error = io::Error::other("it is not a file");
        return Err(unreadable(operation, name, path, &error));
    }
    let mut file = File::path(path);
    file.size = Some(metadata.len());
    Ok(file)
}

fn unreadable(operation: &Operation, name: &str, path: &str, error: &io::Error) -> Failure {
    Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
        .with_message(format!("{name}: cannot read {path}: {error}"))
        .with_hint("key=@path names a file on this machine")
        .into()
}

fn read_text(path: &str) -> Result<String, Failure> {
    let text = if path == "-" {
        files::text(io::stdin()).map_err(|error| Failure::io("cannot read standard input", &error))
    } else {
        files::read_text(Path::new(path)).map_err(|error| Failure::io(Path::new(path).display(), &error))
    };
    text.map(unmarked)
}

/// Without the byte order mark that editors on Windows write; JSON has none.
pub(crate) fn unmarked(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    text
}

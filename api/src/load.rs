//! The YAML files are read, and what they leave unsaid is filled in.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Callback, Description, ErrorCode, ListedValues, Operation, Param, Scalar, presence};

/// A file of the description that cannot be read.
#[derive(Debug)]
pub struct LoadError {
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    // Boxed: it is many times the size of the other cause.
    Yaml(Box<serde_saphyr::Error>),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        match &self.cause {
            Cause::Io(error) => error.fmt(f),
            Cause::Yaml(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbacksFile {
    callbacks: IndexMap<String, Callback>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorCodesFile {
    error_codes: Vec<ErrorCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedValuesFile {
    listed_values: IndexMap<String, ListedValues>,
}

impl Description {
    /// Reads `callbacks.yaml`, `error_codes.yaml`, `listed_values.yaml` and, as resources, all other
    /// YAML files of a folder. The resources are sorted by file name. Members that printed examples lack are marked
    /// as optional, and `room_id` is the first parameter where it is required.
    pub fn load_dir(dir: impl AsRef<Path>) -> Result<Description, LoadError> {
        let mut description = Description::default();
        for path in yaml_files(dir.as_ref())? {
            match path.file_stem().and_then(|stem| stem.to_str()) {
                Some("callbacks") => description.callbacks = read::<CallbacksFile>(&path)?.callbacks,
                Some("error_codes") => {
                    description.error_codes = read::<ErrorCodesFile>(&path)?.error_codes;
                }
                Some("listed_values") => {
                    description.listed_values = read::<ListedValuesFile>(&path)?.listed_values;
                }
                _ => description.resources.push(read(&path)?),
            }
        }
        presence::mark(&mut description);
        let operations = description.resources.iter_mut().flat_map(|resource| resource.operations.values_mut());
        operations.for_each(|operation| {
            room_first(operation);
            paged_from_one(operation);
        });
        Ok(description)
    }
}

/// Where arguments have an order, the room comes first, whatever the order of the document.
fn room_first(operation: &mut Operation) {
    let is_room = |name: &str, param: &Param| name == "room_id" && param.required;
    operation.params.sort_by(|name, param, other, other_param| is_room(other, other_param).cmp(&is_room(name, param)));
}

/// Pages are counted from 1, and have rows, whether or not a document says it of this list. Where it prints 0 as what stands
/// for all rows, 0 may be given.
fn paged_from_one(operation: &mut Operation) {
    let Some(size) = operation.paging.as_ref().map(|paging| paging.style.size_param()) else { return };
    for name in ["page", size] {
        if let Some(param) = operation.params.get_mut(name) {
            let is_zero_known = param.default == Some(Scalar::Int(0));
            param.min.get_or_insert(i64::from(!is_zero_known));
        }
    }
}

fn yaml_files(dir: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let entries: Result<Vec<_>, _> =
        fs::read_dir(dir).and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect());
    let mut paths = entries.map_err(|error| LoadError { path: dir.to_owned(), cause: Cause::Io(error) })?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    Ok(paths)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, LoadError> {
    let failed = |cause| LoadError { path: path.to_owned(), cause };
    let text = fs::read_to_string(path).map_err(|error| failed(Cause::Io(error)))?;
    serde_saphyr::from_str(&text).map_err(|error| failed(Cause::Yaml(Box::new(error))))
}

//! Which operation a path belongs to, and what carries it out.

use std::collections::BTreeMap;

use baijiayun_core::Operation;
use baijiayun_core::operation::{self, Host};
use serde_json::Value;

use crate::described::{self, Description};
use crate::failure::Failure;
use crate::input::Input;
use crate::named::Named;
use crate::state::State;
use crate::{accounts, codes, docs, goods, live, rooms, subtitles, users, video_categories, videos, words};

/// Carries out an operation and returns its data, with natural types.
pub(crate) type Handler = fn(&mut State, &Input) -> Result<Value, Failure>;

/// The operations of one area, by name.
pub(crate) type Handlers = &'static [(&'static str, Handler)];

const AREAS: [Handlers; 11] = [
    accounts::HANDLERS,
    codes::HANDLERS,
    docs::HANDLERS,
    goods::HANDLERS,
    live::HANDLERS,
    rooms::HANDLERS,
    subtitles::HANDLERS,
    users::HANDLERS,
    video_categories::HANDLERS,
    videos::HANDLERS,
    words::HANDLERS,
];

/// What answers on one path.
#[derive(Clone, Copy)]
pub(crate) struct Endpoint {
    pub operation: &'static Operation,
    pub described: &'static described::Operation,
    /// None: the printed example is the answer.
    pub handler: Option<Handler>,
}

pub(crate) struct Catalog(Named<Endpoint>);

impl Catalog {
    /// All operations that have a path, those named in `paths` at the path given there.
    pub fn new(paths: &BTreeMap<String, String>) -> Catalog {
        let description = Description::embedded();
        let mut endpoints = Named::default();
        for operation in operation::all().iter().filter(|operation| !matches!(operation.host, Host::Given(_))) {
            let name = operation.name.as_ref();
            let path = paths.get(name).map_or(operation.path.as_ref(), String::as_str).to_owned();
            if let Some(described) = description.operation(name) {
                let handler = AREAS.into_iter().flatten().find(|(known, _)| *known == name);
                endpoints.put(path, Endpoint { operation, described, handler: handler.map(|(_, handler)| *handler) });
            }
        }
        Catalog(endpoints)
    }

    #[cfg(feature = "full")]
    /// The one of this operation.
    pub fn of(&self, name: &str) -> Option<Endpoint> {
        self.0.values().find(|endpoint| endpoint.operation.name == name).copied()
    }

    pub fn find(&self, path: &str) -> Option<Endpoint> {
        self.0.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_operation_with_a_path_is_served_at_its_own() {
        let catalog = Catalog::new(&BTreeMap::new());
        for operation in operation::all().iter().filter(|operation| !operation.path.is_empty()) {
            assert_eq!(catalog.find(&operation.path).unwrap().operation.name, operation.name);
        }
    }

    #[test]
    fn every_handler_belongs_to_one_operation() {
        let mut seen = HashSet::new();
        for (name, _) in AREAS.into_iter().flatten() {
            assert!(operation::find(name).is_ok(), "{name} is no operation");
            assert!(seen.insert(name), "{name} has two handlers");
        }
    }
}

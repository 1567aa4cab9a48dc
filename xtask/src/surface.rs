//! `api.md`: the public surface that a change keeps, or changes on purpose.

use std::error::Error;

use baijiayun_api::{Description, PathSource};
use serde_json::json;

use crate::callbacks::posted_objects;
use crate::generate::Output;
use crate::model;
use crate::render::render;

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let resources: Vec<_> = description
        .resources
        .iter()
        .map(|resource| {
            let operations: Vec<_> = resource
                .operations
                .iter()
                .map(|(method, operation)| {
                    let names = |required: bool| -> Vec<&str> {
                        let params = operation.params.iter().filter(|(_, param)| param.required == required);
                        params.map(|(name, _)| name.as_str()).collect()
                    };
                    json!({
                        "method": method,
                        "title": operation.title,
                        "guess": operation.path_source == PathSource::Inferred,
                        "required": names(true),
                        "optional": names(false),
                    })
                })
                .collect();
            json!({ "name": resource.resource, "title": resource.title, "operations": operations })
        })
        .collect();
    let callbacks: Vec<_> = description
        .callbacks
        .iter()
        .map(|(name, callback)| {
            let fields: Vec<&String> = callback.params.keys().collect();
            json!({ "name": name, "title": callback.title, "fields": fields })
        })
        .collect();
    let (members, optional) = received_members(description)?;
    let context = json!({
        "resources": resources,
        "callbacks": callbacks,
        "count": description.operations().count(),
        "members": members,
        "optional": optional,
        "lists": model::all_listed(description, &posted_objects(description))?.len(),
    });
    Ok(vec![Output::new("api.md", render("api.md.jinja", context)?)])
}

/// How many members results and callbacks have, and how many of them may be missing.
fn received_members(description: &Description) -> Result<(usize, usize), String> {
    let posted = posted_objects(description);
    let modules = description.resources.iter().map(|resource| model::module(description, resource));
    let modules = modules.collect::<Result<Vec<_>, _>>()?;
    let structs = modules.into_iter().flat_map(|module| module.structs).filter(|object| !object.input);
    let structs = structs.chain(model::objects(description, "callback", &posted)?.0);
    let fields: Vec<bool> = structs.flat_map(|object| object.fields).map(|field| field.optional).collect();
    Ok((fields.len(), fields.iter().filter(|optional| **optional).count()))
}

//! `api.md`: the public surface that a change keeps, or changes on purpose.

use std::error::Error;

use baijiayun_api::{Description, PathSource};
use serde_json::json;

use crate::generate::Output;
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
    let count = description.operations().count();
    let text = render("api.md.jinja", json!({ "resources": resources, "callbacks": callbacks, "count": count }))?;
    Ok(vec![Output::new("api.md", text)])
}

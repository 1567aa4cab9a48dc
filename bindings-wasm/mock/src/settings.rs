//! The settings of a mock as the npm package writes them.

use std::time::Duration;

use baijiayun_core::operation;
use baijiayun_mock::{Builder, CannedAnswers, Misbehaviour, Transcoding};
use serde_json::Value;

/// Reads them. What is left out is as in Rust.
pub(crate) fn read(json: &str) -> Result<Builder, String> {
    let settings: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut builder = Builder::default();
    for (name, value) in settings.as_object().into_iter().flatten() {
        // npm-mock/src/settings.ts has looked at the members, and told what is wrong by the names that they have there.
        let number = value.as_u64().unwrap_or_default();
        builder = match name.as_str() {
            "partner_id" => builder.partner_id(value.as_str().unwrap_or_default()),
            "partner_key" => builder.partner_key(value.as_str().unwrap_or_default()),
            "rate" => builder.rate(u32::try_from(number).unwrap_or(u32::MAX), 10),
            "strict" => builder.strict(value.as_bool().unwrap_or_default()),
            "transcoding" => builder.transcoding(Transcoding::After(Duration::from_millis(number))),
            "misbehave" => builder.misbehave(Misbehaviour::from_json(value)?),
            "answers" => builder.answers(CannedAnswers::from_json(&value.to_string())?),
            "paths" => builder.paths(paths(value)?),
            _ => return Err(format!("there is no setting {name}")),
        };
    }
    Ok(builder)
}

fn paths(value: &Value) -> Result<Vec<(&str, &str)>, String> {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(operation, path)| {
            operation::find(operation).map_err(|error| error.to_string())?;
            Ok((operation.as_str(), path.as_str().unwrap_or_default()))
        })
        .collect()
}

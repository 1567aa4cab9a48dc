//! The settings of a mock as the npm package writes them.

use std::time::Duration;

use baijiayun_mock::{Builder, CannedAnswers, Misbehaviour, Transcoding};
use serde_json::Value;

/// Reads them. Each member is checked; what is left out is as in Rust.
pub(crate) fn read(json: &str) -> Result<Builder, String> {
    let settings: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut builder = Builder::default();
    for (name, value) in settings.as_object().ok_or("settings are an object")? {
        let wrong = |wanted: &str| format!("{name} must be {wanted}, not {value}");
        let text = || value.as_str().ok_or(wrong("a text"));
        let number = || value.as_u64().ok_or(wrong("a whole number from 0 on"));
        builder = match name.as_str() {
            "partner_id" => builder.partner_id(text()?),
            // A value of another type may be one that only lacks its quotes.
            "partner_key" => builder.partner_key(value.as_str().ok_or("partnerKey must be a text")?),
            "rate" => builder.rate(u32::try_from(number()?).map_err(|_| wrong("smaller"))?, 10),
            "fill" => match value {
                Value::Bool(false) => builder,
                Value::Bool(true) => builder.fill(1),
                _ => builder.fill(number()?),
            },
            "strict" => builder.strict(value.as_bool().ok_or(wrong("true or false"))?),
            "transcoding" => builder.transcoding(Transcoding::After(Duration::from_millis(number()?))),
            "misbehave" => builder.misbehave(Misbehaviour::from_json(value)?),
            "answers" => builder.answers(CannedAnswers::from_json(&value.to_string())?),
            "paths" => {
                let mut paths = Vec::new();
                for (operation, path) in value.as_object().ok_or(wrong("an object of operations"))? {
                    paths.push((operation.as_str(), path.as_str().ok_or(wrong("an object of paths"))?));
                }
                builder.paths(paths)
            }
            _ => return Err(format!("there is no setting {name}")),
        };
    }
    Ok(builder)
}

//! Lists of values that are named once, for all languages.

use serde::{Deserialize, Serialize};

use crate::value::enum_values;
use crate::{Description, EnumValue};

/// A list of values with the name that its type has in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedValues {
    /// What the values tell.
    pub desc: String,
    /// Whose values they are: a wire name (`role`), or one of a resource (`room.type`), of an operation
    /// (`room.list.type`) or of a callback (`callback.class_event.op`). The most exact one counts.
    pub of: Vec<String>,
    /// All values that any document lists, with the meaning that its name is made of.
    #[serde(deserialize_with = "enum_values")]
    pub values: Vec<EnumValue>,
}

impl Description {
    /// The list for the values of a member or parameter, with its name. `scope` is the resource, or `callback`.
    ///
    /// # Errors
    /// What is missing in `listed_values.yaml`.
    pub fn listed_values(
        &self,
        scope: &str,
        method: &str,
        wire: &str,
        values: &[EnumValue],
    ) -> Result<(&str, &ListedValues), String> {
        let place = format!("{scope}.{method}.{wire}");
        let found = [&place, &format!("{scope}.{wire}"), wire]
            .into_iter()
            .find_map(|of| self.listed_values.iter().find(|(_, listed)| listed.of.iter().any(|known| known == of)));
        let Some((name, listed)) = found else {
            return Err(format!(
                "{place} lists values, and api/listed_values.yaml has no name for them: write {place}, or {wire} if it means the \
                 same everywhere, under `of` of a list there that has them, or add one"
            ));
        };
        let known =
            |value: &EnumValue| listed.values.iter().any(|known| known.value.to_string() == value.value.to_string());
        match values.iter().find(|value| !known(value)) {
            Some(new) => Err(format!(
                "{place} lists {} ({}), which {name} in api/listed_values.yaml does not have: add it there, or write {place} under \
                 `of` of another list",
                new.value, new.meaning
            )),
            None => Ok((name, listed)),
        }
    }
}

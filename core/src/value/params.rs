//! The parameters of a call, by name.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;

use super::Value;
use crate::error::{Error, ErrorKind};
use crate::json::{JsonError, Member, Members};
use crate::operation::{Operation, Param};

/// The parameters of one call. Setting a name again replaces its value.
#[derive(Clone, Default, PartialEq)]
pub struct Params {
    values: Named,
    extra: Named,
}

/// Values by name, in the order in which they were set.
#[derive(Clone, Default)]
struct Named {
    values: Vec<(Cow<'static, str>, Value)>,
    /// Where each stands, as soon as there are too many to look through them.
    places: FxHashMap<Cow<'static, str>, usize>,
}

/// So many are looked through.
const FEW: usize = 64;

impl Named {
    fn set(&mut self, name: Cow<'static, str>, value: Value) {
        match self.place(&name).and_then(|place| self.values.get_mut(place)) {
            Some(slot) => slot.1 = value,
            None => {
                if self.values.len() == FEW {
                    let places = self.values.iter().enumerate().map(|(place, (name, _))| (name.clone(), place));
                    self.places.extend(places);
                }
                if self.values.len() >= FEW {
                    self.places.insert(name.clone(), self.values.len());
                }
                self.values.push((name, value));
            }
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        if self.places.is_empty() {
            return self.values.iter().position(|(known, _)| known == name);
        }
        self.places.get(name).copied()
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        self.values == other.values
    }
}

impl Params {
    /// No parameters.
    pub fn new() -> Params {
        Params::default()
    }

    /// Sets a parameter that the operation describes.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> &mut Params {
        self.values.set(name.into(), value.into());
        self
    }

    /// Sets a parameter that the description lacks; it is sent unchecked.
    pub fn set_extra(&mut self, name: impl Into<String>, value: impl Into<Value>) -> &mut Params {
        self.extra.set(Cow::Owned(name.into()), value.into());
        self
    }

    /// The value of a described parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.values.get(self.values.place(name)?).map(|(_, value)| value)
    }

    /// The described parameters in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter()
    }

    /// The extra parameters in the order in which they were set.
    pub fn extra(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.extra.iter()
    }

    /// Reads the parameters of an operation from a JSON object; an empty text
    /// stands for none, and records are read as well (see
    /// [`Host::begin`](crate::host::Host::begin)). A member that
    /// is null is not given. What is given for a JSON parameter is kept byte
    /// for byte. A file is an object with `name`, `source` (what the executor
    /// finds it by) and maybe `size`. A time may be an object with `unix_ms`,
    /// milliseconds since 1970. So may what the operation does not describe,
    /// which is sent as unix seconds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if it is none of these, or if a name has two values: one would be lost
    /// without a word.
    pub fn from_json(operation: &Operation, json: &str) -> Result<Params, Error> {
        let mut params = Params::new();
        members(operation, json, |Member { name, raw, .. }| {
            if params.get(&name).is_some() {
                let message = format!("{name} is given twice");
                return Err(Error::new(ErrorKind::InvalidParameters, operation.name.as_ref()).with_message(message));
            }
            let param = operation.param(&name);
            if let Some(value) = read(operation, raw, param)? {
                match param {
                    Some(param) => params.set(param.name, value),
                    None => params.set(name.into_owned(), value),
                };
            }
            Ok(())
        })?;
        Ok(params)
    }
}

impl fmt::Debug for Params {
    /// Names only: values may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().chain(self.extra()).map(|(name, _)| name)).finish()
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<Value>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Params {
        let mut params = Params::new();
        for (name, value) in pairs {
            params.set(name, value);
        }
        params
    }
}

/// Reads the members of a JSON object of parameters one after the other.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`] if it is not a JSON object, and what `take` fails with.
pub(crate) fn members<'j>(
    operation: &Operation,
    json: &'j str,
    mut take: impl FnMut(Member<'j>) -> Result<(), Error>,
) -> Result<(), Error> {
    Members::of(json).try_for_each(|member| take(member.map_err(|error| not_object(operation, error))?))
}

/// The value of a parameter from JSON; null is no value.
pub(crate) fn read(operation: &Operation, raw: &str, param: Option<&Param>) -> Result<Option<Value>, Error> {
    Value::from_json(raw, param.map(|param| param.kind)).map_err(|error| not_object(operation, error))
}

fn not_object(operation: &Operation, error: JsonError) -> Error {
    Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
        .with_message(format!("the parameters are not a JSON object: {error}"))
}

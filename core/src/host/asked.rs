//! What a call is asked with: its name, its options and its parameters.

use super::input::{HostCallback, HostOptions, Input};
use crate::engine::OPTION;
use crate::error::{Error, ErrorKind};
use crate::operation::{self, Held, Method, Operation};
use crate::value::Params;

/// The options of a call.
pub(super) fn read_options(name: &str, options: &str) -> Result<HostOptions, Error> {
    read(name, options, OPTION)
}

/// The options with which a callback is read.
pub(super) fn read_callback_options(options: &str) -> Result<HostCallback, Error> {
    read("", options, "without this option the default holds")
}

fn read<T: Input + Default>(name: &str, options: &str, hint: &'static str) -> Result<T, Error> {
    if options.is_empty() {
        return Ok(T::default());
    }
    T::read(options)
        .map_err(|reason| refused(name, format!("the options are not understood: {reason}")).with_hint(hint))
}

/// The operation of a name, or of a path that the table does not describe.
pub(super) fn find(name: &str) -> Result<Held, Error> {
    let (method, path) = match name.split_once(' ') {
        Some(("GET", path)) => (Method::Get, path),
        Some(("POST", path)) => (Method::Post, path),
        Some(_) if !name.starts_with('/') => {
            return Err(refused("call_path", "the method has to be GET or POST"));
        }
        None if !name.starts_with('/') => return Ok(Held::Table(operation::find(name)?)),
        _ => (Method::Post, name),
    };
    Ok(Held::Made(Box::new(Operation::raw(method, path))))
}

pub(super) fn read_extra(operation: &Operation, options: &HostOptions) -> Result<Params, Error> {
    let mut params = Params::new();
    if let Some(extra) = &options.extra {
        let open = Operation::raw(Method::Post, operation.name.as_ref());
        let extra = Params::from_json(&open, extra).map_err(|error| {
            let message = format!("the option extra: {}", error.message());
            error.with_message(message).with_hint("extra is an object of parameters, by their names in the documents")
        })?;
        for (name, value) in extra.iter() {
            params.set_extra(name, value.clone());
        }
    }
    Ok(params)
}

pub(super) fn read_params(operation: &Operation, params: &str, extra: &Params) -> Result<Params, Error> {
    let mut params = Params::from_json(operation, params)?;
    for (name, value) in extra.extra() {
        params.set_extra(name, value.clone());
    }
    Ok(params)
}

/// The name, the options and the parameters of a call.
pub(super) fn lines(call: &str) -> (&str, &str, &str) {
    let (name, rest) = call.split_once('\n').unwrap_or((call, ""));
    let (options, params) = rest.split_once('\n').unwrap_or((rest, ""));
    (name, options, params)
}

pub(super) fn no_account(name: &str) -> Error {
    Error::new(ErrorKind::InvalidAccount, name)
        .with_message("there is no account here: only uploads whose addresses come from a server of yours can be begun")
}

pub(super) fn refused(name: &str, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidParameters, name).with_message(message)
}

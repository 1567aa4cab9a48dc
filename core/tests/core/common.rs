//! What several of these tests begin with: an account, and requests that are built for it.

use baijiayun_core::{Account, Body, Error, ErrorKind, FaultKind, Params, operation, request};

pub const KEY: &str = "very-secret-partner-key";

pub fn account() -> Account {
    Account::new("demo", 12_345_678, KEY).unwrap()
}

pub fn build(name: &str, json: &str) -> Result<request::Request, Error> {
    let operation = operation::find(name)?;
    request::build(&account(), operation, &Params::from_json(operation, json)?, 1_501_572_288)
}

pub fn faults(name: &str, json: &str) -> Vec<(String, FaultKind)> {
    let error = build(name, json).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameters);
    error.faults().iter().map(|fault| (fault.parameter.clone(), fault.kind)).collect()
}

pub fn sent(request: &request::Request, name: &str) -> Option<String> {
    let Body::Form(form) = &request.body else { panic!("no form") };
    let pairs = baijiayun_core::form::decode(form.as_bytes()).unwrap();
    pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

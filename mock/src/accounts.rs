//! The account's key and its callback addresses.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::Input;
use crate::state::State;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Accounts {
    pub class_callback_url: String,
    pub transcode_callback_url: String,
}

pub(crate) const HANDLERS: Handlers = &[
    ("partner.get_key", get_key),
    ("live_account.set_class_callback_url", |state, input| set(&mut state.accounts.class_callback_url, input)),
    ("live_account.get_class_callback_url", |state, _| Ok(json!({ "url": state.accounts.class_callback_url }))),
    ("video_account.set_transcode_callback_url", |state, input| set(&mut state.accounts.transcode_callback_url, input)),
    ("video_account.get_transcode_callback_url", |state, _| {
        Ok(json!({ "url": state.accounts.transcode_callback_url }))
    }),
];

fn get_key(state: &mut State, input: &Input) -> Result<Value, Failure> {
    if input.int("regenerate") == Some(1) {
        state.sender.renew_key();
    }
    Ok(json!({ "partner_key": state.sender.key() }))
}

fn set(slot: &mut String, input: &Input) -> Result<Value, Failure> {
    *slot = input.text("url");
    Ok(json!({ "url": slot }))
}

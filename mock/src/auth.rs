//! What the service checks before it does anything.

use baijiayun_core::operation::{Host, Operation};
use baijiayun_core::{Params, PartnerKey, request};

use crate::body::Sent;
use crate::failure::Failure;
use crate::input::Input;
use crate::state::State;

/// A strict mock takes timestamps that are no further off, in seconds.
const TOLERANCE: i64 = 300;

/// Whom a call has to come from, and how closely it is looked at.
pub(crate) struct Rules<'a> {
    pub partner_id: &'a str,
    pub key: PartnerKey,
    /// The time that a timestamp is held to, if it is.
    pub strict_at: Option<i64>,
}

/// Checks account, timestamp, signature and parameters, in this order.
pub(crate) fn check(operation: &'static Operation, sent: &Sent, rules: &Rules<'_>) -> Result<Params, Failure> {
    let text = |name: &str| sent.texts.get(name).map(String::as_str);
    match text("partner_id") {
        None | Some("") => return Err(Failure::parameter("参数partner_id不能为空")),
        Some(given) if given != rules.partner_id => return Err(Failure::account()),
        Some(_) => {}
    }
    let sign = text("sign");
    // What gives out the key cannot need it. A signature that is there all the same has to be right.
    if operation.signed || sign.is_some() {
        match text("timestamp") {
            None | Some("") => return Err(Failure::parameter("参数timestamp不能为空")),
            Some(given) if !given.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(Failure::parameter("timestamp字段不合法"));
            }
            Some(given) => rules.time(given)?,
        }
        let pairs = sent.texts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        if !rules.key.verify(pairs, sign.unwrap_or_default()) {
            return Err(Failure::signature());
        }
    }
    let params = parameters(operation, sent)?;
    let unknown = params.extra().next().map(|(name, _)| name.to_owned());
    match unknown.filter(|_| rules.strict_at.is_some() && !operation.open) {
        Some(name) => Err(Failure::parameter(format!("未知参数{name} (--strict)"))),
        None => Ok(params),
    }
}

impl Rules<'_> {
    fn time(&self, given: &str) -> Result<(), Failure> {
        let Some(now) = self.strict_at else { return Ok(()) };
        let off = given.parse().map_or(i64::MAX, |time: i64| time.abs_diff(now).try_into().unwrap_or(i64::MAX));
        match (given.len(), off) {
            (10, 0..=TOLERANCE) => Ok(()),
            (10, _) => Err(Failure::parameter(format!("timestamp与服务器时间相差{off}秒 (--strict)"))),
            _ => Err(Failure::parameter("timestamp应为10位秒数 (--strict)")),
        }
    }
}

fn parameters(operation: &'static Operation, sent: &Sent) -> Result<Params, Failure> {
    let given = |name: &str| sent.texts.contains_key(name) || sent.files.iter().any(|file| file.field == name);
    let required = operation.params.iter().filter(|param| param.required && !given(param.name));
    let mut missing: Vec<String> = required.map(|param| param.name.to_owned()).collect();
    let groups = operation.any_of.iter().filter(|group| !group.iter().any(|name| given(name)));
    missing.extend(groups.map(|group| group.join("|")));
    if !missing.is_empty() {
        return Err(Failure::parameter(format!("参数{}不能为空", missing.join(","))));
    }
    let pairs = sent.texts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let received = request::receive(operation, pairs).map_err(|error| Failure::parameter(error.message()))?;
    Ok(received.params)
}

/// Checks that the room and the video that a call is about exist.
pub(crate) fn check_things(state: &State, input: &Input) -> Result<(), Failure> {
    let operation = input.operation;
    if operation.host != Host::Account {
        return Ok(());
    }
    if let Some(param) = operation.param("room_id") {
        let room = input.text(param.name);
        let none = !param.required && (room.is_empty() || room == "0");
        if !none {
            state.rooms.get(room.parse().unwrap_or(0))?;
        }
    }
    if operation.name.starts_with("video.") && operation.param("video_id").is_some() {
        state.videos.get(input.id("video_id"))?;
    }
    Ok(())
}

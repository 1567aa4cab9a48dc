//! What a host says.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::callbacks::TOLERANCE;
use crate::engine::{Event, Settings};
use crate::error::ErrorKind;
use crate::value::JsonFile;

/// What a host makes an engine from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    pub(super) domain: String,
    pub(super) partner_id: String,
    /// Absent if the host has requests signed elsewhere.
    #[serde(default, deserialize_with = "secret")]
    pub(super) partner_key: Option<String>,
    /// Other keys by which callbacks may be signed, while keys are changed.
    #[serde(default, deserialize_with = "secrets")]
    pub(super) callback_keys: Vec<String>,
    /// Paths by operation name, in place of the table's.
    #[serde(default)]
    pub(super) paths: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) settings: HostSettings,
}

/// A text, whose value no error shows.
fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    serde_json::from_str(raw.get()).map_err(|_| serde::de::Error::custom("partner_key must be a string"))
}

fn secrets<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    serde_json::from_str(raw.get()).map_err(|_| serde::de::Error::custom("callback_keys must be an array of strings"))
}

/// Settings as a host gives them; what is absent stays as it is.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HostSettings {
    pub(super) attempts: Option<u32>,
    pub(super) attempt_timeout: Option<u64>,
    pub(super) deadline: Option<u64>,
    pub(super) upload_deadline: Option<u64>,
    /// Requests of the account in so many seconds; 0 requests: no limit.
    pub(super) quota: Option<(u32, u32)>,
    /// Whether the limits of single operations are kept.
    pub(super) operation_quota: Option<bool>,
    /// Whether the host has a shared store.
    pub(super) store: bool,
    pub(super) store_prefix: Option<String>,
    /// Whether ids are written as strings (JavaScript).
    pub(super) ids_as_text: bool,
    /// Whether values that are not as documented are taken out of the data.
    pub(super) set_aside: bool,
    /// Whether steps to send are written in lines, where they can (JavaScript).
    pub(super) lines: bool,
}

/// Options of one call as a host gives them.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HostOptions {
    /// `safe`, `always` or `never`.
    pub(super) retry: Option<String>,
    pub(super) attempts: Option<u32>,
    pub(super) attempt_timeout: Option<u64>,
    pub(super) deadline: Option<u64>,
    /// Parameters that the description lacks.
    pub(super) extra: Option<Box<RawValue>>,
    /// In place of the setting of that name.
    pub(super) set_aside: Option<bool>,
    /// Which page of a list: empty for the first, else what the page before named as `next`.
    pub(super) page: Option<String>,
    /// What [`VIDEO_UPLOAD`](super::VIDEO_UPLOAD) uploads.
    pub(super) upload: Option<HostUpload>,
}

/// The file of an upload and how it goes on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostUpload {
    pub(super) file: JsonFile,
    /// Goes on with this video; a number or a text.
    #[serde(default)]
    pub(super) video_id: Option<Box<RawValue>>,
    /// How often it goes on after a break without having got any further.
    #[serde(default)]
    pub(super) resumes: Option<u32>,
    /// Waits for the transcoding, at most so long.
    #[serde(default)]
    pub(super) transcoding: Option<u64>,
}

/// How a callback is to be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HostCallback {
    /// The callback that it is, if the receiver knows.
    pub(super) name: Option<String>,
    /// How many seconds its timestamp may differ from the clock.
    pub(super) tolerance: u64,
    /// Whether the clock is looked at.
    pub(super) clock: bool,
}

impl Default for HostCallback {
    fn default() -> HostCallback {
        HostCallback { name: None, tolerance: TOLERANCE, clock: true }
    }
}

/// What became of a step, except an answer (see [`Host::answer`](super::Host::answer)). Which
/// members count depends on `event`. (A tagged enum would be nicer to read, but
/// makes serde buffer values, which makes the WebAssembly larger.)
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostEvent<'a> {
    pub(super) event: &'a str,
    /// For `broken`: `connect`, `timeout`, `transport`, or `file` if one to send could not be read.
    #[serde(default)]
    pub(super) kind: Option<&'a str>,
    /// For `broken`, `not_signed`: what happened.
    #[serde(default)]
    pub(super) message: Option<String>,
    /// For `store`: the number that the script returned.
    #[serde(default)]
    pub(super) wait: Option<i64>,
    /// For `signed`.
    #[serde(default)]
    pub(super) signature: Option<String>,
}

impl HostSettings {
    pub(super) fn apply(self, mut settings: Settings) -> Settings {
        let set = |slot: &mut Duration, millis: Option<u64>| {
            if let Some(millis) = millis {
                *slot = Duration::from_millis(millis);
            }
        };
        set(&mut settings.attempt_timeout, self.attempt_timeout);
        set(&mut settings.deadline, self.deadline);
        set(&mut settings.upload_deadline, self.upload_deadline);
        if let Some(attempts) = self.attempts {
            settings.retry.attempts = attempts;
        }
        if let Some((requests, seconds)) = self.quota {
            settings.quota.requests = requests;
            settings.quota.seconds = seconds;
        }
        settings.quota.operations = self.operation_quota.unwrap_or(settings.quota.operations);
        settings.quota.store = self.store;
        if let Some(prefix) = self.store_prefix {
            settings.quota.prefix = prefix;
        }
        settings
    }
}

impl HostEvent<'_> {
    /// `None` if it is no event, or lacks what belongs to it.
    pub(super) fn read(self) -> Option<Event> {
        Some(match self.event {
            "elapsed" => Event::Elapsed,
            "broken" => {
                let kind = match self.kind? {
                    "connect" => ErrorKind::Connect,
                    "timeout" => ErrorKind::Timeout,
                    "transport" => ErrorKind::Transport,
                    "file" => ErrorKind::File,
                    _ => return None,
                };
                Event::Transport { kind, message: self.message? }
            }
            "store" => Event::Store(self.wait?),
            "store_down" => Event::StoreDown,
            "signed" => Event::Signed(self.signature?),
            "not_signed" => Event::NotSigned(self.message?),
            _ => return None,
        })
    }
}

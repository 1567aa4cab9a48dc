//! What a host says.

use std::time::Duration;

use crate::callbacks::TOLERANCE;
use crate::engine::{A_SIZE, A_TIME, ATTEMPTS, Event, Priority, Settings};
use crate::error::ErrorKind;
use crate::json::{Object, needed};
use crate::value::File;

/// A reason for people if it is not understood. It holds no value: that may be a key.
pub(super) type Said<T> = Result<T, String>;

/// Something that a host says as a JSON object.
pub(super) trait Input: Sized {
    fn of(object: &mut Object<'_>) -> Said<Self>;

    fn read(text: &str) -> Said<Self> {
        Self::whole(Object::read(text)?)
    }

    /// With nothing in the object that is not understood.
    fn whole(mut object: Object<'_>) -> Said<Self> {
        let input = Self::of(&mut object)?;
        object.finish().map(|()| input)
    }
}

/// What a host makes an engine from.
pub(super) struct Config {
    pub(super) account: HostAccount,
    /// Absent if the host has requests signed elsewhere.
    pub(super) partner_key: Option<String>,
    /// Other keys by which callbacks may be signed, while keys are changed.
    pub(super) callback_keys: Vec<String>,
    /// Paths by operation name, in place of the table's.
    pub(super) paths: Vec<(String, String)>,
    pub(super) settings: HostSettings,
}

impl Input for Config {
    fn of(object: &mut Object<'_>) -> Said<Config> {
        Ok(Config {
            account: HostAccount::of(object)?,
            partner_key: object.text("partner_key")?,
            callback_keys: object.texts("callback_keys")?.unwrap_or_default(),
            paths: object.object("paths")?.map_or(Ok(Vec::new()), Object::rest)?,
            settings: object.object("settings")?.map_or(Ok(HostSettings::default()), HostSettings::whole)?,
        })
    }
}

/// Whose calls they are.
pub(super) enum HostAccount {
    Named {
        domain: String,
        partner_id: String,
    },
    /// Nobody's: the host only uploads, to addresses that it gets elsewhere.
    None,
}

impl Input for HostAccount {
    fn of(object: &mut Object<'_>) -> Said<HostAccount> {
        if object.flag("uploads_only")?.unwrap_or_default() {
            return Ok(HostAccount::None);
        }
        Ok(HostAccount::Named {
            domain: needed("domain", object.text("domain")?)?,
            partner_id: needed("partner_id", object.text("partner_id")?)?,
        })
    }
}

/// Settings as a host gives them; what is absent stays as it is. Times are milliseconds. A number that JSON does not
/// know (NaN) comes as a text, so that it is refused here.
#[derive(Default)]
pub(super) struct HostSettings {
    attempts: Option<u32>,
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    upload_deadline: Option<Duration>,
    max_answer: Option<u64>,
    allow_http: bool,
    strict: bool,
    /// Requests of the account in so many seconds; 0 requests: no limit.
    quota: Option<(u32, u32)>,
    /// Whether the limits of single operations are kept.
    operation_quota: Option<bool>,
    /// Whether the host has a shared store.
    store: bool,
    store_prefix: Option<String>,
    /// The name by which several accounts share the limit over all operations, in this process and in the store.
    shared_as: Option<String>,
    /// `high`, `normal` or `low`.
    priority: Option<Priority>,
    /// Whether ids are written as strings (JavaScript).
    pub(super) ids_as_text: bool,
    /// Whether values that are not as documented are taken out of the data.
    pub(super) set_aside: bool,
}

impl Input for HostSettings {
    fn of(object: &mut Object<'_>) -> Said<HostSettings> {
        Ok(HostSettings {
            attempts: attempts(object)?,
            attempt_timeout: time(object, "attempt_timeout")?,
            deadline: time(object, "deadline")?,
            upload_deadline: time(object, "upload_deadline")?,
            max_answer: max_answer(object)?,
            allow_http: object.flag("allow_http")?.unwrap_or_default(),
            strict: object.flag("strict")?.unwrap_or_default(),
            quota: object.pair("quota")?,
            operation_quota: object.flag("operation_quota")?,
            store: object.flag("store")?.unwrap_or_default(),
            store_prefix: object.text("store_prefix")?,
            shared_as: object.text("shared_as")?,
            priority: priority(object)?,
            ids_as_text: object.flag("ids_as_text")?.unwrap_or_default(),
            set_aside: object.flag("set_aside")?.unwrap_or_default(),
        })
    }
}

/// A time in milliseconds.
fn time(object: &mut Object<'_>, name: &'static str) -> Said<Option<Duration>> {
    let Some(raw) = object.take(name) else { return Ok(None) };
    millis(raw).map(Some).ok_or_else(|| format!("{name} {A_TIME}"))
}

/// Digits, and maybe decimals. What is written with an exponent is too long or too short for any time. (To read a double
/// takes 12 kB of WebAssembly.)
fn millis(raw: &str) -> Option<Duration> {
    let (whole, decimals) = raw.split_once('.').unwrap_or((raw, "0"));
    let micros = format!("{:0<3.3}", decimals).parse::<u64>().ok()?;
    decimals.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    Some(Duration::from_millis(whole.parse().ok()?).saturating_add(Duration::from_micros(micros)))
}

fn attempts(object: &mut Object<'_>) -> Said<Option<u32>> {
    object.take("attempts").map(|raw| raw.parse().map_err(|_| format!("attempts {ATTEMPTS}"))).transpose()
}

fn max_answer(object: &mut Object<'_>) -> Said<Option<u64>> {
    object.take("max_answer").map(|raw| raw.parse().map_err(|_| format!("max_answer {A_SIZE}"))).transpose()
}

fn priority(object: &mut Object<'_>) -> Said<Option<Priority>> {
    let of = |name: String| match name.as_str() {
        "high" => Ok(Priority::High),
        "normal" => Ok(Priority::Normal),
        "low" => Ok(Priority::Low),
        _ => Err("priority must be high, normal or low".to_owned()),
    };
    object.text("priority")?.map(of).transpose()
}

/// Options of one call as a host gives them.
#[derive(Default)]
pub(super) struct HostOptions {
    /// `safe`, `always` or `never`.
    pub(super) retry: Option<String>,
    pub(super) attempts: Option<u32>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) max_answer: Option<u64>,
    /// In place of the setting of that name.
    pub(super) strict: Option<bool>,
    /// `high`, `normal` or `low`.
    pub(super) priority: Option<Priority>,
    /// Parameters that the description lacks, JSON.
    pub(super) extra: Option<String>,
    /// In place of the setting of that name.
    pub(super) set_aside: Option<bool>,
    /// Which page of a list: empty for the first, else what the page before named as `next`.
    pub(super) page: Option<String>,
    /// What [`VIDEO_UPLOAD`](super::VIDEO_UPLOAD) uploads.
    pub(super) upload: Option<HostUpload>,
}

impl Input for HostOptions {
    fn of(object: &mut Object<'_>) -> Said<HostOptions> {
        Ok(HostOptions {
            retry: object.text("retry")?,
            attempts: attempts(object)?,
            attempt_timeout: time(object, "attempt_timeout")?,
            deadline: time(object, "deadline")?,
            max_answer: max_answer(object)?,
            strict: object.flag("strict")?,
            priority: priority(object)?,
            extra: object.take("extra").map(str::to_owned),
            set_aside: object.flag("set_aside")?,
            page: object.text("page")?,
            upload: object.object("upload")?.map(HostUpload::whole).transpose()?,
        })
    }
}

/// The file of an upload and how it goes on.
pub(super) struct HostUpload {
    pub(super) file: File,
    /// Goes on with this video; a number or a text, JSON.
    pub(super) video_id: Option<String>,
    /// How often it goes on after a break without having got any further.
    pub(super) resumes: Option<u32>,
    /// Waits for the transcoding, at most so long.
    pub(super) transcoding: Option<u64>,
    /// The bytes of a chunk.
    pub(super) chunk_size: Option<u64>,
    /// Whether the addresses have to be https.
    pub(super) use_https: Option<bool>,
    /// Whether the host gets the addresses from a server of its own.
    pub(super) addresses: bool,
}

impl Input for HostUpload {
    fn of(object: &mut Object<'_>) -> Said<HostUpload> {
        Ok(HostUpload {
            file: File::from_json(needed("file", object.object("file")?)?)?,
            video_id: object.take("video_id").map(str::to_owned),
            resumes: object.number("resumes")?,
            transcoding: object.number("transcoding")?,
            chunk_size: object.number("chunk_size")?,
            use_https: object.flag("use_https")?,
            addresses: object.flag("addresses")?.unwrap_or_default(),
        })
    }
}

/// How a callback is to be read.
pub(super) struct HostCallback {
    /// The callback that it is, if the receiver knows.
    pub(super) name: Option<String>,
    /// How many seconds its timestamp may differ from the clock.
    pub(super) tolerance: u64,
    /// Whether the clock is looked at.
    pub(super) clock: bool,
    /// In place of the setting of that name.
    pub(super) strict: Option<bool>,
}

impl Default for HostCallback {
    fn default() -> HostCallback {
        HostCallback { name: None, tolerance: TOLERANCE, clock: true, strict: None }
    }
}

impl Input for HostCallback {
    fn of(object: &mut Object<'_>) -> Said<HostCallback> {
        let HostCallback { name, tolerance, clock, strict } = HostCallback::default();
        Ok(HostCallback {
            name: object.text("name")?.or(name),
            tolerance: object.number("tolerance")?.unwrap_or(tolerance),
            clock: object.flag("clock")?.unwrap_or(clock),
            strict: object.flag("strict")?.or(strict),
        })
    }
}

/// A callback to sign.
pub(super) struct HostPosting {
    /// Its fields, JSON.
    pub(super) data: String,
    pub(super) name: Option<String>,
    pub(super) json: Option<bool>,
    pub(super) qid: Option<String>,
    pub(super) timestamp: Option<i64>,
}

impl Input for HostPosting {
    fn of(object: &mut Object<'_>) -> Said<HostPosting> {
        Ok(HostPosting {
            data: needed("data", object.take("data"))?.to_owned(),
            name: object.text("name")?,
            json: object.flag("json")?,
            qid: object.text("qid")?,
            timestamp: object.number("timestamp")?,
        })
    }
}

/// What became of a step, except an answer (see [`Host::answer`](super::Host::answer)).
pub(super) enum HostEvent {
    OfCall(Event<'static>),
    /// What the host's own server said about where to upload, JSON.
    Address(Vec<u8>),
}

impl Input for HostEvent {
    fn of(object: &mut Object<'_>) -> Said<HostEvent> {
        let event = needed("event", object.text("event")?)?;
        Ok(HostEvent::OfCall(match event.as_str() {
            "address" => {
                let data = needed("data", object.take("data"))?;
                return Ok(HostEvent::Address(data.as_bytes().to_vec()));
            }
            "elapsed" => Event::Elapsed,
            "broken" => {
                let message = needed("message", object.text("message")?)?;
                let kind = match needed("kind", object.text("kind")?)?.as_str() {
                    // It did not leave, and no other attempt would.
                    kind @ ("tls" | "unsendable") => {
                        return Ok(HostEvent::OfCall(Event::Unsendable { tls: kind == "tls", message }));
                    }
                    "connect" => ErrorKind::Connect,
                    "timeout" => ErrorKind::Timeout,
                    "transport" => ErrorKind::Transport,
                    // One to send could not be read.
                    "file" => ErrorKind::File,
                    _ => return Err("kind must be connect, tls, unsendable, timeout, transport or file".to_owned()),
                };
                Event::Transport { kind, message }
            }
            // The number that the script returned. What is no number is as good as no answer.
            "store" => object.take("wait").and_then(|raw| raw.parse().ok()).map_or(Event::StoreDown, Event::Store),
            "store_down" => Event::StoreDown,
            "signed" => Event::Signed(needed("signature", object.text("signature")?)?),
            "redirect" => Event::Redirect {
                status: needed("status", object.number("status")?)?,
                location: needed("location", object.text("location")?)?,
            },
            "late" => Event::Late,
            "too_large" => Event::TooLarge,
            "no_memory" => Event::NoMemory,
            "closed" => Event::Closed,
            "not_signed" => Event::NotSigned(needed("message", object.text("message")?)?),
            _ => return Err("there is no event of that name".to_owned()),
        }))
    }
}

impl HostSettings {
    pub(super) fn apply(self, mut settings: Settings) -> Settings {
        settings.attempt_timeout = self.attempt_timeout.unwrap_or(settings.attempt_timeout);
        settings.deadline = self.deadline.unwrap_or(settings.deadline);
        settings.upload_deadline = self.upload_deadline.unwrap_or(settings.upload_deadline);
        settings.max_answer = self.max_answer.unwrap_or(settings.max_answer);
        settings.allow_http = self.allow_http;
        settings.strict = self.strict;
        if let Some(attempts) = self.attempts {
            settings.retry.attempts = attempts;
        }
        if let Some((requests, seconds)) = self.quota {
            settings.quota.requests = requests;
            settings.quota.seconds = seconds;
        }
        settings.quota.operations = self.operation_quota.unwrap_or(settings.quota.operations);
        settings.quota.store = self.store;
        settings.quota.shared_as = self.shared_as;
        settings.priority = self.priority.unwrap_or(settings.priority);
        if let Some(prefix) = self.store_prefix {
            settings.quota.prefix = prefix;
        }
        settings
    }
}

//! The engine for Python and Swift, and by `jni` for Kotlin and Java: a shell around [`Host`], bytes in and bytes out.
//!
//! A crossing costs these languages more than the work behind it, and text
//! more than bytes: so every function takes one borrowed buffer and gives one
//! buffer back. Where several texts go in, they stand in one buffer, one per
//! line; compact JSON holds no line breaks. Swift can call C as it is, which costs
//! less: with the feature `c` the same engine has C functions too.

use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use baijiayun_core::callbacks::CLAIM_SCRIPT;
use baijiayun_core::configuration::Place;
use baijiayun_core::engine::{Now, QUOTA_SCRIPT};
use baijiayun_core::host::{self, Host, Limiters, Told, error_json};

mod buffer;
#[cfg(feature = "c")]
mod c;
mod jni;
mod memory;

use buffer::Buffer;

uniffi::setup_scaffolding!("baijiayun");

/// Why an engine cannot be made: an error object as JSON.
#[derive(Debug, uniffi::Error)]
#[uniffi(flat_error)]
pub enum ConfigError {
    /// The configuration is wrong.
    Invalid(String),
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ConfigError::Invalid(json) = self;
        f.write_str(json)
    }
}

impl std::error::Error for ConfigError {}

/// The calls of one account. See `baijiayun_core::host` for what the buffers hold.
#[derive(uniffi::Object)]
pub struct Engine(Mutex<Host>);

impl Engine {
    /// The core does not panic, so a poisoned lock still guards whole data.
    fn host(&self) -> MutexGuard<'_, Host> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(config: &[u8]) -> Result<Engine, Vec<u8>> {
        let host = Host::among(&String::from_utf8_lossy(config), &mut limiters().1);
        host.map(|host| Engine(Mutex::new(host))).map_err(|error| error_json(&error))
    }

    fn begun(&self, call: &[u8], now: Now) -> Told {
        self.host().begin(&String::from_utf8_lossy(call), now)
    }

    fn answered(&self, call: u64, status: u16, retry_after: i64, body: &[u8], now: Now) -> Told {
        let retry_after = u64::try_from(retry_after).ok();
        let Some(_room) = memory::expect(body.len()) else {
            return self.host().resume(call, r#"{"event":"no_memory"}"#, now);
        };
        // Other threads go on while the answer is read and written.
        let taken = self.host().take(call);
        match taken {
            Some(reading) => {
                let read = reading.read(status, retry_after, body);
                let next = self.host().put_back(read, &|| now);
                next.told()
            }
            None => self.host().answer(call, status, retry_after, body, now),
        }
    }

    fn resumed(&self, call: u64, event: &[u8], now: Now) -> Told {
        self.host().resume(call, &String::from_utf8_lossy(event), now)
    }
}

/// What the engines of this process share, and which process that is: one that was forked begins without.
static LIMITERS: LazyLock<Mutex<(u32, Limiters)>> = LazyLock::new(Mutex::default);

fn limiters() -> MutexGuard<'static, (u32, Limiters)> {
    let mut limiters = LIMITERS.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if limiters.0 != process {
        *limiters = (process, Limiters::default());
    }
    limiters
}

#[uniffi::export]
impl Engine {
    /// Makes an engine of a configuration.
    #[uniffi::constructor]
    pub fn new(config: &[u8]) -> Result<Engine, ConfigError> {
        Engine::made(config).map_err(|error| ConfigError::Invalid(text(error)))
    }

    /// Begins a call: a line with the name, a line with the options, then the parameters.
    pub fn begin(&self, call: &[u8], unix: i64, ticks: u64, random: u64) -> Buffer {
        Buffer(self.begun(call, Now { unix, ticks, random }).into_json())
    }

    /// The request of a call, signed but not sent.
    pub fn request(&self, call: &[u8], unix: i64) -> Buffer {
        Buffer(self.host().request(&String::from_utf8_lossy(call), unix).into_json())
    }

    /// Tells the HTTP answer to a call. `retry_after` is in milliseconds, negative if it was not said (see
    /// [`retry_after`]).
    #[allow(clippy::too_many_arguments)]
    pub fn answer(
        &self,
        call: u64,
        status: u16,
        retry_after: i64,
        body: &[u8],
        unix: i64,
        ticks: u64,
        random: u64,
    ) -> Buffer {
        Buffer(self.answered(call, status, retry_after, body, Now { unix, ticks, random }).into_json())
    }

    /// Tells what became of any other step.
    pub fn resume(&self, call: u64, event: &[u8], unix: i64, ticks: u64, random: u64) -> Buffer {
        Buffer(self.resumed(call, event, Now { unix, ticks, random }).into_json())
    }

    /// Gives a call up.
    pub fn cancel(&self, call: u64) {
        self.host().cancel(call);
    }

    /// Sends nothing from now on (see `Host::close`).
    pub fn stop_sending(&self) {
        self.host().close();
    }

    /// How many calls are under way.
    pub fn calls(&self) -> u64 {
        self.host().calls() as u64
    }

    /// Checks and reads what the service posted: a line with the content type
    /// and one with the options, then the body. `unix` is this machine's clock.
    pub fn callback(&self, posted: &[u8], unix: i64) -> Buffer {
        let mut parts = posted.splitn(3, |byte| *byte == b'\n');
        let mut part = || parts.next().unwrap_or_default();
        let (content_type, options, body) = (part(), part(), part());
        let (content_type, options) = (String::from_utf8_lossy(content_type), String::from_utf8_lossy(options));
        Buffer(self.host().callback(body, &content_type, &options, unix))
    }

    /// A callback as the service would post it, for tests.
    pub fn signed_callback(&self, asked: &[u8]) -> Buffer {
        Buffer(self.host().signed_callback(&String::from_utf8_lossy(asked)))
    }

    /// A link for people: a line with the kind, then the parameters.
    pub fn link(&self, link: &[u8]) -> Buffer {
        let text = String::from_utf8_lossy(link);
        let (kind, params) = text.split_once('\n').unwrap_or((&text, ""));
        Buffer(self.host().link(kind, params))
    }
}

/// What a shared store evaluates to keep the limits among several processes.
#[uniffi::export]
pub fn quota_script() -> String {
    QUOTA_SCRIPT.to_owned()
}

/// What a shared store evaluates so that one of several processes takes a callback.
#[uniffi::export]
pub fn claim_script() -> String {
    CLAIM_SCRIPT.to_owned()
}

/// How many milliseconds the header Retry-After says to wait; negative if it says nothing that can be understood.
#[uniffi::export]
pub fn retry_after(header: &[u8], unix: i64) -> i64 {
    let time = baijiayun_core::retry_after(&String::from_utf8_lossy(header), unix);
    time.map_or(-1, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

/// Where what an engine gave can be cut, to decode it in pieces of about `size` bytes (see `baijiayun_core::host::pieces`).
#[uniffi::export]
pub fn pieces(told: &[u8], size: u64) -> Buffer {
    Buffer(baijiayun_core::host::pieces(told, usize::try_from(size).unwrap_or(usize::MAX)))
}

/// The account from what the caller gave, the environment and `baijiayun.toml` (see `baijiayun_core::host::configuration`).
#[uniffi::export]
pub fn configuration(asked: &[u8]) -> Buffer {
    Buffer(host::configuration(&String::from_utf8_lossy(asked), &Here))
}

/// What an error says about settings, in the names that Kotlin and Swift have for them (`attemptTimeout`).
#[uniffi::export]
pub fn in_camel_case(words: &[u8]) -> Buffer {
    Buffer(host::in_camel_case(&String::from_utf8_lossy(words)).into_bytes())
}

/// The table `[paths]` of a TOML text: `{"paths":{..}}` or `{"error":{..}}`.
#[uniffi::export]
pub fn toml_paths(toml: &[u8]) -> Buffer {
    Buffer(host::toml_paths(&String::from_utf8_lossy(toml)))
}

/// Most bytes of a file: a device has no end.
const MOST: u64 = 1 << 20;

/// This process: its environment, and the folder in which it works.
struct Here;

impl Place for Here {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn read(&self, file: &Path) -> Result<Option<String>, String> {
        let mut text = String::new();
        let opened = std::fs::File::open(file).and_then(|opened| opened.take(MOST + 1).read_to_string(&mut text));
        match opened {
            Ok(_) if text.len() as u64 > MOST => Err(format!("it has more than {MOST} bytes, as no configuration has")),
            Ok(_) => Ok(Some(text)),
            // A user without a home has a device in its place.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_default()
}

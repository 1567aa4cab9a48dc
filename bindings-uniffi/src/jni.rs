//! The engine for the JVM and Android: what the class `baijiayun.Native` declares, bytes in and bytes out.
//!
//! UniFFI's Kotlin goes through JNA, where a call cost 15 times as much and left 30 blocks of memory to be collected. There
//! are few functions, so they are written by hand. No function here trusts what it is given: an engine is a number in a table,
//! so that one that is no more is an exception, and not a crash.

#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::{Arc, PoisonError, RwLock};

use jni_sys::{JNIEnv, JavaVM, jarray, jbyteArray, jclass, jint, jlong, jsize};

use crate::{ConfigError, Engine};

/// The engines by their numbers.
static ENGINES: RwLock<Engines> = RwLock::new(Engines { last: 0, by_number: BTreeMap::new() });

struct Engines {
    last: i64,
    by_number: BTreeMap<i64, Arc<Engine>>,
}

impl Engines {
    fn add(engine: Engine) -> i64 {
        let mut engines = ENGINES.write().unwrap_or_else(PoisonError::into_inner);
        engines.last += 1;
        let number = engines.last;
        engines.by_number.insert(number, Arc::new(engine));
        number
    }

    fn get(number: i64) -> Result<Arc<Engine>> {
        let engines = ENGINES.read().unwrap_or_else(PoisonError::into_inner);
        engines.by_number.get(&number).cloned().ok_or(Failure::State(c"there is no such engine"))
    }

    fn remove(number: i64) {
        let engine = ENGINES.write().unwrap_or_else(PoisonError::into_inner).by_number.remove(&number);
        // Not while others wait for the table.
        drop(engine);
    }
}

/// What Java is thrown.
enum Failure {
    /// Java threw it itself.
    Pending,
    Memory,
    State(&'static CStr),
}

type Result<T> = std::result::Result<T, Failure>;

/// The thread that called.
#[derive(Clone, Copy)]
struct Java(*mut JNIEnv);

impl Java {
    /// Does the work, and throws what went wrong with it.
    fn work<T>(self, nothing: T, work: impl FnOnce() -> Result<T>) -> T {
        let done = catch_unwind(AssertUnwindSafe(work));
        match done.unwrap_or(Err(Failure::State(c"the engine is broken: please report this"))) {
            Ok(value) => value,
            Err(failure) => {
                match failure {
                    Failure::Pending => {}
                    Failure::Memory => self.throw(c"java/lang/OutOfMemoryError", c"there is no memory for an answer"),
                    Failure::State(why) => self.throw(c"java/lang/IllegalStateException", why),
                }
                nothing
            }
        }
    }

    fn throw(self, class: &CStr, message: &CStr) {
        // SAFETY: Java gave the environment for the time of the call; both texts end with a zero.
        unsafe {
            let class = ((**self.0).v1_1.FindClass)(self.0, class.as_ptr());
            if !class.is_null() {
                ((**self.0).v1_1.ThrowNew)(self.0, class, message.as_ptr());
            }
        }
    }

    /// A copy of an array.
    fn read(self, array: jbyteArray) -> Result<Vec<u8>> {
        if array.is_null() {
            return Ok(Vec::new());
        }
        // SAFETY: Java gave both, and the memory that it writes to is as long as it is told.
        unsafe {
            let length = ((**self.0).v1_1.GetArrayLength)(self.0, array as jarray);
            let size = usize::try_from(length).unwrap_or_default();
            let mut bytes = Vec::<u8>::new();
            bytes.try_reserve_exact(size).map_err(|_| Failure::Memory)?;
            ((**self.0).v1_1.GetByteArrayRegion)(self.0, array, 0, length, bytes.as_mut_ptr().cast());
            bytes.set_len(size);
            Ok(bytes)
        }
    }

    /// An array with these bytes.
    fn write(self, bytes: &[u8]) -> Result<jbyteArray> {
        let length = jsize::try_from(bytes.len()).map_err(|_| Failure::Memory)?;
        // SAFETY: as above; what Java reads from is as long as it is told.
        unsafe {
            let array = ((**self.0).v1_1.NewByteArray)(self.0, length);
            if array.is_null() {
                return Err(Failure::Pending);
            }
            ((**self.0).v1_1.SetByteArrayRegion)(self.0, array, 0, length, bytes.as_ptr().cast());
            Ok(array)
        }
    }

    /// Has an engine answer, with an array.
    fn ask(self, engine: jlong, given: jbyteArray, ask: impl FnOnce(&Engine, &[u8]) -> Vec<u8>) -> jbyteArray {
        self.work(null_mut(), || {
            let engine = Engines::get(engine)?;
            let given = self.read(given)?;
            self.write(&ask(&engine, &given))
        })
    }

    /// Makes another array of one.
    fn change(self, given: jbyteArray, change: impl FnOnce(&[u8]) -> Vec<u8>) -> jbyteArray {
        self.work(null_mut(), || self.write(&change(&self.read(given)?)))
    }
}

/// Makes an engine of a configuration, and writes its number into an array of one; or gives an error as JSON.
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_open(
    env: *mut JNIEnv,
    _: jclass,
    config: jbyteArray,
    number: jarray,
) -> jbyteArray {
    let java = Java(env);
    java.work(null_mut(), || match Engine::new(&java.read(config)?) {
        Ok(engine) => {
            let engine: jlong = Engines::add(engine);
            // SAFETY: `number` is a long[1]; another length has Java throw.
            unsafe { ((**env).v1_1.SetLongArrayRegion)(env, number, 0, 1, &raw const engine) };
            Ok(null_mut())
        }
        Err(ConfigError::Invalid(json)) => java.write(json.as_bytes()),
    })
}

/// Drops an engine.
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_drop(env: *mut JNIEnv, _: jclass, engine: jlong) {
    Java(env).work((), || {
        Engines::remove(engine);
        Ok(())
    });
}

/// [`Engine::begin`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_begin(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    call: jbyteArray,
    unix: jlong,
    ticks: jlong,
    random: jlong,
) -> jbyteArray {
    Java(env)
        .ask(engine, call, |engine, call| engine.begin(call, unix, ticks.cast_unsigned(), random.cast_unsigned()).0)
}

/// [`Engine::request`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_request(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    call: jbyteArray,
    unix: jlong,
) -> jbyteArray {
    Java(env).ask(engine, call, |engine, call| engine.request(call, unix).0)
}

/// [`Engine::answer`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_answer(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    call: jlong,
    status: jint,
    retry_after: jlong,
    body: jbyteArray,
    unix: jlong,
    ticks: jlong,
    random: jlong,
) -> jbyteArray {
    // What is no status at all is none that the service sends.
    let status = u16::try_from(status).unwrap_or_default();
    Java(env).ask(engine, body, |engine, body| {
        let (call, ticks, random) = (call.cast_unsigned(), ticks.cast_unsigned(), random.cast_unsigned());
        engine.answer(call, status, retry_after, body, unix, ticks, random).0
    })
}

/// [`Engine::resume`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_resume(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    call: jlong,
    event: jbyteArray,
    unix: jlong,
    ticks: jlong,
    random: jlong,
) -> jbyteArray {
    Java(env).ask(engine, event, |engine, event| {
        engine.resume(call.cast_unsigned(), event, unix, ticks.cast_unsigned(), random.cast_unsigned()).0
    })
}

/// [`Engine::cancel`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_cancel(env: *mut JNIEnv, _: jclass, engine: jlong, call: jlong) {
    Java(env).work((), || Engines::get(engine).map(|engine| engine.cancel(call.cast_unsigned())));
}

/// [`Engine::stop_sending`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_stopSending(env: *mut JNIEnv, _: jclass, engine: jlong) {
    Java(env).work((), || Engines::get(engine).map(|engine| engine.stop_sending()));
}

/// [`Engine::calls`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_calls(env: *mut JNIEnv, _: jclass, engine: jlong) -> jlong {
    Java(env).work(0, || Engines::get(engine).map(|engine| engine.calls().cast_signed()))
}

/// [`Engine::callback`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_callback(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    posted: jbyteArray,
    unix: jlong,
) -> jbyteArray {
    Java(env).ask(engine, posted, |engine, posted| engine.callback(posted, unix).0)
}

/// [`Engine::link`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_link(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    link: jbyteArray,
) -> jbyteArray {
    Java(env).ask(engine, link, |engine, link| engine.link(link).0)
}

/// [`Engine::signed_callback`].
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_signedCallback(
    env: *mut JNIEnv,
    _: jclass,
    engine: jlong,
    asked: jbyteArray,
) -> jbyteArray {
    Java(env).ask(engine, asked, |engine, asked| engine.signed_callback(asked).0)
}

/// [`configuration`](crate::configuration).
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_configuration(
    env: *mut JNIEnv,
    _: jclass,
    asked: jbyteArray,
) -> jbyteArray {
    Java(env).change(asked, |asked| crate::configuration(asked).0)
}

/// [`in_camel_case`](crate::in_camel_case).
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_inCamelCase(env: *mut JNIEnv, _: jclass, words: jbyteArray) -> jbyteArray {
    Java(env).change(words, |words| crate::in_camel_case(words).0)
}

/// [`toml_paths`](crate::toml_paths).
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_tomlPaths(env: *mut JNIEnv, _: jclass, toml: jbyteArray) -> jbyteArray {
    Java(env).change(toml, |toml| crate::toml_paths(toml).0)
}

/// [`quota_script`](crate::quota_script).
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_quotaScript(env: *mut JNIEnv, _: jclass) -> jbyteArray {
    Java(env).work(null_mut(), || Java(env).write(crate::quota_script().as_bytes()))
}

/// [`claim_script`](crate::claim_script).
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_claimScript(env: *mut JNIEnv, _: jclass) -> jbyteArray {
    Java(env).work(null_mut(), || Java(env).write(crate::claim_script().as_bytes()))
}

/// [`retry_after`](crate::retry_after).
#[unsafe(no_mangle)]
pub extern "system" fn Java_baijiayun_Native_retryAfter(
    env: *mut JNIEnv,
    _: jclass,
    header: jbyteArray,
    unix: jlong,
) -> jlong {
    Java(env).work(-1, || Ok(crate::retry_after(&Java(env).read(header)?, unix)))
}

/// The class loader that had the library is gone, and with it all who knew the engines.
#[unsafe(no_mangle)]
pub extern "system" fn JNI_OnUnload(_: *mut JavaVM, _: *mut std::ffi::c_void) {
    let engines = std::mem::take(&mut ENGINES.write().unwrap_or_else(PoisonError::into_inner).by_number);
    drop(engines);
}

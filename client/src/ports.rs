//! What a client can be given from outside besides its executor.

use std::future::Future;
use std::pin::Pin;

/// The future of a port: a value, or words that say why there is none.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// A store that several processes share, so that they keep the service's
/// limits together: Redis or Valkey (feature `redis`), or anything that
/// evaluates the same Lua script.
pub trait QuotaStore: Send + Sync {
    /// Evaluates `script` with these keys and arguments and returns the number
    /// it returns. An error lets the call go on within the limits of this
    /// process alone.
    fn evaluate(&self, script: &'static str, keys: Vec<String>, args: Vec<i64>) -> Asking<'_, i64>;
}

/// A signer on another machine, so that the key is not here.
///
/// It is only for those who may do everything that the account can do: the path is not signed, so a
/// signature for `room.info` also deletes the room, and no look at the text tells which it will be.
/// Apps get the link, the token or the upload address from your server instead.
pub trait RemoteSigner: Send + Sync {
    /// Signs a text: MD5 over it, `&partner_key=` and the key, in lower-case
    /// hex (`PartnerKey::signature` on the other side).
    fn sign(&self, canonical: String) -> Asking<'_, String>;
}

/// Where to upload, from a server of your own: for apps, which have no key.
///
/// Each answers with the data of the operation as JSON, as your server had
/// them from the service.
pub trait UploadAddresses: Send + Sync {
    /// Registers a video and says where its file goes: what
    /// `video.get_upload_url` answers with, `{"video_id":..,"upload_url":".."}`.
    fn upload_url(&self) -> Asking<'_, String>;

    /// How much of the file the service has, and where the rest goes: what
    /// `video.get_resume_upload_url` answers with,
    /// `{"upload_url":"..","upload_size":..}`. Where the service refuses that,
    /// because it has all of the file, what `video.get_status` answers with
    /// will do.
    fn resume_upload_url(&self, video_id: i64) -> Asking<'_, String>;
}

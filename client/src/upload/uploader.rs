//! Uploads where the key is not.

use std::fmt;
use std::sync::Arc;

use baijiayun_core::{Account, Error, File};

use super::{Target, VideoUpload};
use crate::{Client, Executor, UploadAddresses};

/// Uploads videos where the key is not: a server of yours gives the addresses.
///
/// ```no_run
/// # async fn example(my_server: impl baijiayun::UploadAddresses + 'static) -> Result<(), baijiayun::Error> {
/// let video = baijiayun::Uploader::new()?.upload("第一课.mp4", my_server).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Uploader(Client);

impl Uploader {
    /// With the default executor.
    ///
    /// # Errors
    /// [`ErrorKind::Connect`](baijiayun_core::ErrorKind::Connect) if it cannot be made.
    #[cfg(feature = "reqwest")]
    pub fn new() -> Result<Uploader, Error> {
        Client::builder(nobody()?).build().map(Uploader)
    }

    /// With an executor of your own.
    ///
    /// # Errors
    /// None that could happen.
    pub fn with_executor(executor: impl Executor + 'static) -> Result<Uploader, Error> {
        Client::builder(nobody()?).executor(executor).build().map(Uploader)
    }

    /// Uploads a video or audio file to the address that `addresses` gives.
    pub fn upload(&self, file: impl Into<File>, addresses: impl UploadAddresses + 'static) -> VideoUpload {
        VideoUpload::new(&self.0, Target::Elsewhere(Arc::new(addresses)), file.into())
    }

    /// Goes on with an upload that broke off earlier: the same file, for the video that was registered then.
    pub fn resume_upload(
        &self,
        video_id: i64,
        file: impl Into<File>,
        addresses: impl UploadAddresses + 'static,
    ) -> VideoUpload {
        VideoUpload::new(&self.0, Target::Known(video_id, Some(Arc::new(addresses))), file.into())
    }
}

impl fmt::Debug for Uploader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uploader")
    }
}

/// The account of a client that only posts to addresses that it is given.
fn nobody() -> Result<Account, Error> {
    Account::without_signer("https://account.invalid", 0)
}

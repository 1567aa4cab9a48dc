//! How an upload goes: chunks, breaks and waits.

use std::time::Duration;

/// The size of a chunk if nothing is said, that of the vendor's own uploader: 5 MiB.
pub const CHUNK_SIZE: u64 = 5 << 20;

/// Settings of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The bytes of a chunk. A file that is not larger goes as one form.
    pub chunk_size: u64,
    /// Whether the addresses have to be https, also where the upload goes on. The parameter `use_https` of a new video
    /// counts for more. An http address on this machine itself is taken in any case: that is how a mock serves.
    pub use_https: bool,
    /// How often it goes on after a break without having got any further: each chunk is tried once more than that.
    pub resumes: u32,
    /// The wait before it goes on: this, and a random time up to this on top
    /// that doubles with each break that got no further.
    pub base: Duration,
    /// The random time is no longer than this.
    pub cap: Duration,
    /// The file has to be there within this time, with all breaks and waits.
    pub deadline: Option<Duration>,
    /// Waits for the transcoding, at most this long.
    pub transcoding: Option<Duration>,
    /// The wait before the first look at the transcoding; each next one is half as long again.
    pub poll: Duration,
    /// No such wait is longer than this.
    pub poll_cap: Duration,
}

impl Default for Settings {
    /// Chunks of 5 MiB over https, each up to 6 times after 1 s and more, without a deadline; the transcoding is not
    /// waited for, and otherwise looked at every 3 s to 60 s.
    fn default() -> Settings {
        Settings {
            chunk_size: CHUNK_SIZE,
            use_https: true,
            resumes: 5,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            deadline: None,
            transcoding: None,
            poll: Duration::from_secs(3),
            poll_cap: Duration::from_secs(60),
        }
    }
}

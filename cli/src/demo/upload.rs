//! What the demo uploads, and the bar that shows how far it is.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use md5::{Digest, Md5};
use tempfile::NamedTempFile;

pub(super) fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    let style = "Video upload 视频上传 [{bar:40}] {bytes}/{total_bytes} {binary_bytes_per_sec}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// A made-up video.
pub(super) struct Video {
    pub(super) file: NamedTempFile,
    pub(super) size: u64,
    pub(super) md5: String,
}

impl Video {
    pub(super) fn generate() -> io::Result<Video> {
        const CHUNKS: u32 = 256;
        let mut file = tempfile::Builder::new().prefix("lesson-").suffix(".mp4").tempfile()?;
        let mut md5 = Md5::new();
        let mut size = 0;
        for number in 0..CHUNKS {
            let chunk = number.to_be_bytes().repeat(16 << 10);
            md5.update(&chunk);
            file.write_all(&chunk)?;
            size += chunk.len() as u64;
        }
        file.flush()?;
        let md5 = md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Video { file, size, md5 })
    }
}

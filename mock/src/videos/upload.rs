//! How the file of a video comes in: chunk by chunk or as one form, each post in pieces.

use md5::{Digest, Md5};

use super::{UPLOADING, Videos, hex, uploaded};
use crate::failure::Failure;
use crate::range::Range;
use crate::state::State;

/// How far the file has come.
#[derive(Default)]
pub(super) struct Upload {
    pub token: String,
    /// Counts the posts: bytes of an overtaken one do not count.
    pub attempt: u64,
    /// Bytes of the file have come, whether they were kept or not.
    has_begun: bool,
    /// The most bytes of the file at which a post was broken off on purpose.
    broken_at: u64,
    pub kept: Content,
    /// With what the post under way has brought so far.
    coming: Content,
}

#[derive(Default, Clone)]
pub(super) struct Content {
    pub size: u64,
    /// The size of the whole file, as its chunks say.
    total: Option<u64>,
    md5: Md5,
}

/// A post of a file that has begun.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    pub video: i64,
    number: u64,
}

impl Videos {
    /// Begins to take a chunk, or a form with the whole file, at an address.
    pub fn open(&mut self, id: i64, token: &str, range: Option<Range>) -> Result<Attempt, Failure> {
        let video = self.get_mut(id).map_err(|failure| Failure::upload(failure.msg))?;
        let known = !token.is_empty() && token == video.upload.token;
        if !known || video.status() != UPLOADING {
            return Err(Failure::upload("上传地址无效"));
        }
        video.upload.begin(range)?;
        Ok(Attempt { video: id, number: video.upload.attempt })
    }

    /// How many bytes of the file there are, and the most at which a post was broken off.
    pub fn position(&mut self, attempt: Attempt) -> Result<(u64, u64), Failure> {
        let upload = self.upload(attempt)?;
        Ok((upload.coming.size, upload.broken_at))
    }

    /// Takes more of the file and returns its size so far. Without `keep`, the bytes of a post that does not come to
    /// its end are lost.
    pub fn write(&mut self, attempt: Attempt, bytes: &[u8], keep: bool) -> Result<u64, Failure> {
        let upload = self.upload(attempt)?;
        upload.has_begun |= !bytes.is_empty();
        upload.coming.size += bytes.len() as u64;
        upload.coming.md5.update(bytes);
        if keep {
            upload.kept = upload.coming.clone();
        }
        Ok(upload.coming.size)
    }

    /// The post is broken off on purpose.
    pub fn broke(&mut self, attempt: Attempt) -> Result<(), Failure> {
        let upload = self.upload(attempt)?;
        upload.broken_at = upload.coming.size;
        Ok(())
    }

    fn upload(&mut self, attempt: Attempt) -> Result<&mut Upload, Failure> {
        let video = self.get_mut(attempt.video).map_err(|failure| Failure::upload(failure.msg))?;
        if video.upload.attempt == attempt.number {
            Ok(&mut video.upload)
        } else {
            Err(Failure::upload("已有新的上传"))
        }
    }
}

impl Upload {
    /// One that has not begun, at an address with this token.
    pub fn at(token: String) -> Upload {
        Upload { token, ..Upload::default() }
    }

    fn begin(&mut self, range: Option<Range>) -> Result<(), Failure> {
        let mut coming = self.kept.clone();
        match range {
            None if self.has_begun => return Err(Failure::upload("上传已开始, 只能按 Content-Range 续传")),
            None => {}
            Some(range) => {
                let refuse = |why: &str| Failure::upload(format!("{why}: {range}, 已有 {} 字节", self.kept.size));
                if coming.total.is_some_and(|total| total != range.size) {
                    return Err(refuse("文件大小与之前的分片不一致"));
                }
                if range.start() < self.kept.size {
                    return Err(refuse("分片与已有数据重叠"));
                }
                if range.start() > self.kept.size {
                    return Err(refuse("分片之前缺少数据"));
                }
                coming.total = Some(range.size);
            }
        }
        self.attempt += 1;
        self.coming = coming;
        Ok(())
    }
}

/// A chunk or a form came to its end. Returns whether the file is there now, whole.
pub(crate) fn arrived(state: &mut State, attempt: Attempt, range: Option<Range>, base: &str) -> Result<bool, Failure> {
    let upload = state.videos.upload(attempt)?;
    upload.kept = upload.coming.clone();
    // What else this post might bring is not part of it.
    upload.attempt += 1;
    let Content { size, md5, .. } = upload.kept.clone();
    let whole = range.is_none_or(|range| range.end() == range.size);
    if whole {
        uploaded(state, attempt.video, size, &hex(&md5.finalize()), base)?;
    }
    Ok(whole)
}

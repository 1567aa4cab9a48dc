//! What an upload reads of the answers.

use std::borrow::Cow;
use std::str::FromStr;

use crate::json;

/// Numbers may be texts: they come straight from the service where its answers pass through a server of the caller's.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) video_id: Option<i64>,
    pub(super) upload_url: Option<String>,
    /// 0 if it is missing or null: nothing is said to be there. `None` if it is no number.
    pub(super) upload_size: Option<u64>,
    pub(super) status: Option<i64>,
    pub(super) total_size: Option<u64>,
}

impl Answer {
    pub(super) fn read(data: &[u8]) -> Answer {
        let mut answer = Answer { upload_size: Some(0), ..Answer::default() };
        for (name, value) in
            std::str::from_utf8(data).ok().and_then(|data| json::members(data).ok()).unwrap_or_default()
        {
            match name.as_ref() {
                "video_id" => answer.video_id = number(value),
                "upload_url" => answer.upload_url = json::text(value).ok().map(Cow::into_owned),
                "upload_size" if value != "null" => answer.upload_size = number(value),
                "status" => answer.status = number(value),
                "total_size" => answer.total_size = number(value),
                _ => {}
            }
        }
        answer
    }
}

fn number<T: FromStr>(value: &str) -> Option<T> {
    value.trim_matches('"').parse().ok()
}

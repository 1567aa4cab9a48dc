//! What files are, told by the ending of their names: the kinds that the service takes, and a few more.

const BY_ENDING: [(&str, &str); 46] = [
    ("3gp", "video/3gpp"),
    ("aac", "audio/aac"),
    ("amr", "audio/amr"),
    ("asf", "video/x-ms-asf"),
    ("avi", "video/x-msvideo"),
    ("bmp", "image/bmp"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("flac", "audio/flac"),
    ("flv", "video/x-flv"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/x-m4v"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rm", "application/vnd.rn-realmedia"),
    ("rmvb", "application/vnd.rn-realmedia-vbr"),
    ("srt", "application/x-subrip"),
    ("svg", "image/svg+xml"),
    ("ts", "video/mp2t"),
    ("txt", "text/plain"),
    ("vob", "video/dvd"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("wma", "audio/x-ms-wma"),
    ("wmv", "video/x-ms-wmv"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("zip", "application/zip"),
];

/// Of any other file.
pub(crate) const OCTETS: &str = "application/octet-stream";

/// The content type of a file of this name.
pub(crate) fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    BY_ENDING.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map_or(OCTETS, |(_, kind)| kind)
}

/// A name as it may stand between quotes in a header of a part: what would end the quotes or the line is encoded, as
/// browsers do (WHATWG HTML, multipart/form-data), and other control characters are left out.
pub(crate) fn quotable(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '\n' => safe.push_str("%0A"),
            '\r' => safe.push_str("%0D"),
            '"' => safe.push_str("%22"),
            char if char.is_control() => {}
            char => safe.push(char),
        }
    }
    safe
}

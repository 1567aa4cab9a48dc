//! Swift text: names, literals and comments.

/// Words that are no names without backticks.
const KEYWORDS: [&str; 52] = [
    "as",
    "associatedtype",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "default",
    "defer",
    "deinit",
    "do",
    "else",
    "enum",
    "extension",
    "fallthrough",
    "false",
    "fileprivate",
    "for",
    "func",
    "guard",
    "if",
    "import",
    "in",
    "init",
    "inout",
    "internal",
    "is",
    "let",
    "nil",
    "open",
    "operator",
    "precedencegroup",
    "private",
    "protocol",
    "public",
    "repeat",
    "rethrows",
    "return",
    "self",
    "static",
    "struct",
    "subscript",
    "super",
    "switch",
    "throw",
    "throws",
    "true",
    "try",
    "typealias",
    "var",
    "where",
    "while",
];

/// Words that are written in capitals where they do not begin a name.
const ACRONYMS: [(&str, &str); 7] = [
    ("id", "ID"),
    ("ids", "IDs"),
    ("url", "URL"),
    ("urls", "URLs"),
    ("http", "HTTP"),
    ("https", "HTTPS"),
    ("api", "API"),
];

/// The words of a name: `classId` and `class_id` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let begins = letter.is_ascii_uppercase() && after_small;
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(letter);
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capital(word: &str) -> String {
    if let Some((_, known)) = ACRONYMS.iter().find(|(small, _)| word.eq_ignore_ascii_case(small)) {
        return (*known).to_owned();
    }
    let mut letters = word.chars();
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}

/// A name of types: `VideoGetUploadUrlResult` as `VideoGetUploadURLResult`.
pub fn type_name(name: &str) -> String {
    words(name).iter().map(|word| capital(word)).collect()
}

/// A wire name as a Swift identifier: `room_id` as `roomID`, `720p` as `_720p`.
pub fn swift_name(wire: &str) -> String {
    let words = words(wire);
    let first = words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    let name = first + &words.iter().skip(1).map(|word| capital(word)).collect::<String>();
    match name.as_str() {
        name if KEYWORDS.contains(&name) => format!("`{name}`"),
        name if name.starts_with(|first: char| first.is_ascii_digit()) => format!("_{name}"),
        _ => name,
    }
}

/// A text as a literal.
pub fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_swift_s() {
        let names =
            ["room_id", "m-loading", "classId", "720p", "in", "upload_url", "id", "teacher_ids"].map(swift_name);
        assert_eq!(names, ["roomID", "mLoading", "classID", "_720p", "`in`", "uploadURL", "id", "teacherIDs"]);
        assert_eq!(type_name("VideoGetUploadUrlResult"), "VideoGetUploadURLResult");
        assert_eq!(["OneToOne", "Mp4", "X264Only"].map(swift_name), ["oneToOne", "mp4", "x264Only"]);
    }
}

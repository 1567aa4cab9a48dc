//! Kotlin text: names, literals and comments.

use crate::names::camel;

/// Words that are no names without backticks.
const KEYWORDS: [&str; 28] = [
    "as",
    "break",
    "class",
    "continue",
    "do",
    "else",
    "false",
    "for",
    "fun",
    "if",
    "in",
    "interface",
    "is",
    "null",
    "object",
    "package",
    "return",
    "super",
    "this",
    "throw",
    "true",
    "try",
    "typealias",
    "typeof",
    "val",
    "var",
    "when",
    "while",
];

/// A wire name as a Kotlin identifier: `room_id` as `roomId`, `720p` as `_720p`.
pub fn kotlin_name(wire: &str) -> String {
    let name = camel(wire);
    match name.as_str() {
        name if KEYWORDS.contains(&name) => format!("`{name}`"),
        name if name.starts_with(|first: char| first.is_ascii_digit()) => format!("_{name}"),
        _ => name,
    }
}

/// A name of types as that of a constant: `OneToOne` as `ONE_TO_ONE`.
pub fn constant(name: &str) -> String {
    let mut constant = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_small {
            constant.push('_');
        }
        after_small = !letter.is_ascii_uppercase();
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}

/// A text as a literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}").replace('$', "\\$")
}

/// Lines as the text of a KDoc comment. Comments nest in Kotlin, so neither end may stand in it.
pub fn kdoc(lines: &[String]) -> String {
    lines.join("\n").replace("*/", "*&#47;").replace("/*", "/&#42;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers() {
        let names = ["room_id", "m-loading", "classId", "720p", "object", "in"].map(kotlin_name);
        assert_eq!(names, ["roomId", "mLoading", "classId", "_720p", "`object`", "`in`"]);
        assert_eq!(
            ["OneToOne", "Mp4", "Value1", "X264Only"].map(constant),
            ["ONE_TO_ONE", "MP4", "VALUE1", "X264_ONLY"]
        );
    }

    #[test]
    fn nothing_ends_or_begins_a_comment_inside_one() {
        assert_eq!(kdoc(&["a */ b /* c /**/".to_owned()]), "a *&#47; b /&#42; c /&#42;*&#47;");
    }

    #[test]
    fn dollars_do_not_begin_templates() {
        assert_eq!(literal("a$b\"c"), r#""a\$b\"c""#);
    }
}

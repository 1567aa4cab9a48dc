//! Comments in the code of Chinese pages. The guides have the same code in both languages, with its comments in English: there is one
//! source of it, which is compiled and run. Here the comments become Chinese, by a table that has to know every one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

const TABLE: &str = "site/comments.zh-CN.yaml";

pub struct Comments {
    chinese: BTreeMap<String, String>,
    missing: BTreeSet<String>,
    used: BTreeSet<String>,
}

/// How a language marks what is left of its lines as a comment.
fn mark(language: &str) -> Option<&'static str> {
    match language {
        "js" | "ts" | "jsx" | "tsx" | "kotlin" | "java" | "swift" | "rust" => Some("//"),
        "python" | "sh" | "console" | "toml" | "yaml" => Some("#"),
        _ => None,
    }
}

impl Comments {
    pub fn read(root: &Path) -> Result<Comments, Box<dyn Error>> {
        let text = fs::read_to_string(root.join(TABLE)).map_err(|error| format!("{TABLE}: {error}"))?;
        let chinese = serde_saphyr::from_str(&text).map_err(|error| format!("{TABLE}: {error}"))?;
        Ok(Comments { chinese, missing: BTreeSet::new(), used: BTreeSet::new() })
    }

    /// What the table lacks, or has for nothing.
    pub fn check(&self) -> Result<(), String> {
        let idle: Vec<&String> = self.chinese.keys().filter(|english| !self.used.contains(*english)).collect();
        if !self.missing.is_empty() {
            let missing: Vec<String> = self.missing.iter().map(|english| format!("{english:?}: ")).collect();
            return Err(format!("{TABLE} lacks the Chinese of these comments:\n{}", missing.join("\n")));
        }
        if !idle.is_empty() {
            return Err(format!("{TABLE} has comments that stand nowhere any more: {idle:?}"));
        }
        Ok(())
    }

    /// Code with its comments in Chinese.
    pub fn chinese(&mut self, info: &str, code: &str) -> String {
        let Some(mark) = mark(info.split_whitespace().next().unwrap_or_default()) else {
            return code.to_owned();
        };
        let mut lines = code.lines().peekable();
        let mut out = String::new();
        while let Some(line) = lines.next() {
            let margin = &line[..line.len() - line.trim_start().len()];
            if let Some(text) = whole(line, mark) {
                // A comment in several lines is one text.
                let mut text = text.to_owned();
                while let Some(next) = lines.peek()
                    && next.starts_with(margin)
                    && let Some(more) = whole(next, mark)
                {
                    text = format!("{text} {more}");
                    lines.next();
                }
                for line in self.text(&text).lines() {
                    out += &format!("{margin}{mark} {line}\n");
                }
            } else if let Some((before, text, after)) = marked(line) {
                out += &format!("{before}{}{after}\n", self.text(text));
            } else if let Some(at) = end_of_code(line, mark) {
                out += &format!("{}{mark} {}\n", &line[..at], self.text(line[at + mark.len()..].trim()));
            } else {
                out += &format!("{line}\n");
            }
        }
        out
    }

    fn text(&mut self, english: &str) -> String {
        if !is_english(english) {
            return english.to_owned();
        }
        match self.chinese.get(english) {
            Some(chinese) => {
                self.used.insert(english.to_owned());
                chinese.clone()
            }
            None => {
                self.missing.insert(english.to_owned());
                english.to_owned()
            }
        }
    }
}

/// Whether a comment has words in English. One in Chinese may name things in English, and the other way round.
fn is_english(text: &str) -> bool {
    let chinese = text.chars().filter(|letter| ('\u{4e00}'..='\u{9fff}').contains(letter)).count();
    let english = text.chars().filter(char::is_ascii_alphabetic).count();
    english > 2 * chinese && !text.contains(['，', '。', '、', '：', '；'])
}

/// The text of a line that is nothing but a comment.
fn whole<'l>(line: &'l str, mark: &str) -> Option<&'l str> {
    let text = line.trim_start().strip_prefix(mark)?;
    // Not `#[attribute]`, `#!`, `///`.
    (text.is_empty() || text.starts_with(' ')).then(|| text.trim())
}

/// The text of a line of a block comment, of a docstring, or of a comment that documents, with what stands around it.
fn marked(line: &str) -> Option<(&str, &str, &str)> {
    let trimmed = line.trim_start();
    for (open, close) in [("/** ", " */"), ("/* ", " */"), ("\"\"\"", "\"\"\""), ("/// ", ""), ("* ", "")] {
        if let Some(text) = trimmed.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
            && !text.is_empty()
        {
            let begin = line.len() - trimmed.len() + open.len();
            return Some((&line[..begin], text, close));
        }
    }
    None
}

/// Where the comment begins that follows code.
fn end_of_code(line: &str, mark: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match quote {
            Some(open) if letter == open && before != '\\' => quote = None,
            Some(_) => {}
            None if letter == '"' || letter == '`' => quote = Some(letter),
            None if before == ' ' && line[at..].starts_with(mark) && line[at + mark.len()..].starts_with(' ') => {
                return Some(at);
            }
            None => {}
        }
        before = letter;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_translated_and_code_is_not() {
        let chinese = [
            ("One text in two lines.", "一段\n两行"),
            ("at the end", "在末尾"),
            ("Documented.", "文档"),
            ("A docstring.", "文档字符串"),
        ];
        let chinese = chinese.map(|(english, chinese)| (english.to_owned(), chinese.to_owned())).into();
        let mut comments = Comments { chinese, missing: BTreeSet::new(), used: BTreeSet::new() };
        let code =
            "// One text in\n// two lines.\nlet a = \"http://a // b\"; // at the end\n/** Documented. */\n// 中文\n";
        assert_eq!(
            comments.chinese("js a.mjs", code),
            "// 一段\n// 两行\nlet a = \"http://a // b\"; // 在末尾\n/** 文档 */\n// 中文\n"
        );
        let code = "    \"\"\"A docstring.\"\"\"\na = \"# b\"  # at the end\n#!x\n";
        let wanted = "    \"\"\"文档字符串\"\"\"\na = \"# b\"  # 在末尾\n#!x\n";
        assert_eq!(comments.chinese("python", code), wanted);
        assert_eq!(comments.check(), Ok(()));
        comments.chinese("rust", "let a = 1; // unknown\n");
        assert!(comments.check().is_err_and(|error| error.contains("\"unknown\"")));
    }
}

//! Markdown: what is read of it, and what is written into it.

use std::fmt::Write as _;

/// A line of a text, and whether it is code.
pub struct Line<'t> {
    pub text: &'t str,
    pub within: Within<'t>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Within<'t> {
    Prose,
    /// Between fences, which do not count; with what stands after the first of them.
    Code(&'t str),
    Fence,
}

/// The lines of a text.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut open = None;
    text.lines().map(move |line| {
        let within = match (line.trim_start().strip_prefix("```"), open) {
            (Some(info), None) => {
                open = Some(info);
                Within::Fence
            }
            (Some(_), Some(_)) => {
                open = None;
                Within::Fence
            }
            (None, Some(info)) => Within::Code(info),
            (None, None) => Within::Prose,
        };
        Line { text: line, within }
    })
}

/// A block of code with what stands after its first fence.
pub struct Block<'t> {
    pub info: &'t str,
    pub code: String,
}

/// The blocks of a text.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in lines(text) {
        match line.within {
            Within::Fence => {
                open = !open;
                if open {
                    let info = line.text.trim_start().trim_start_matches('`');
                    blocks.push(Block { info, code: String::new() });
                }
            }
            Within::Code(_) => {
                if let Some(block) = blocks.last_mut() {
                    block.code.push_str(line.text);
                    block.code.push('\n');
                }
            }
            Within::Prose => {}
        }
    }
    blocks
}

/// The parts of a text: what stands before its first heading of the second level, and from each such heading to the next.
pub fn sections(text: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    for line in lines(text) {
        if line.within == Within::Prose && line.text.starts_with("## ") {
            sections.push(&text[begin..at]);
            begin = at;
        }
        at += line.text.len() + 1;
    }
    sections.push(&text[begin.min(text.len())..]);
    sections
}

/// The anchors of all headings.
pub fn anchors(text: &str) -> Vec<String> {
    let headings = lines(text).filter(|line| line.within == Within::Prose && line.text.starts_with('#'));
    headings.map(|line| slug(line.text.trim_start_matches('#'))).collect()
}

/// The anchor of a heading, as `site/.vitepress/config.mts` makes it, and most viewers of Markdown.
pub fn slug(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' '));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// A line with each of its links as `change` has it, which gets words and target.
pub fn relinked(line: &str, change: &mut dyn FnMut(&str, &str) -> Result<String, String>) -> Result<String, String> {
    let mut changed = String::new();
    let mut rest = line;
    while let Some(middle) = rest.find("](") {
        // The words begin at the last bracket before.
        let (Some(begin), Some(length)) = (rest[..middle].rfind('['), rest[middle + 2..].find(')')) else {
            break;
        };
        let (words, target) = (&rest[begin + 1..middle], &rest[middle + 2..middle + 2 + length]);
        changed.push_str(&rest[..begin]);
        changed.push_str(&change(words, target)?);
        rest = &rest[middle + 3 + length..];
    }
    changed.push_str(rest);
    Ok(changed)
}

/// A text of the description, which may have code in it, in the cell of a table.
pub fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|")
}

/// A text of the description as prose: nothing in it is HTML, a tag of Vue or an emphasis.
pub fn prose(text: &str) -> String {
    let mut cell = String::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            let _ = write!(cell, "`{part}`");
            continue;
        }
        for letter in part.chars() {
            match letter {
                '<' => cell.push_str("&lt;"),
                '>' => cell.push_str("&gt;"),
                '{' => cell.push_str("&#123;"),
                '}' => cell.push_str("&#125;"),
                '*' | '[' | ']' => cell.extend(['\\', letter]),
                '\n' => cell.push(' '),
                letter => cell.push(letter),
            }
        }
    }
    cell
}

/// Code between fences that it does not hold itself.
pub fn fenced(info: &str, code: &str) -> String {
    let fence = if code.contains("```") { "````" } else { "```" };
    format!("{fence}{info}\n{}\n{fence}\n", code.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_begin_at_headings_outside_of_code() {
        let text = "# T\n\nbefore\n\n## One two\n\n```sh\n## no\n```\n\n## 二、三\nlast\n";
        assert_eq!(sections(text), ["# T\n\nbefore\n\n", "## One two\n\n```sh\n## no\n```\n\n", "## 二、三\nlast\n"]);
        assert_eq!(anchors(text), ["t", "one-two", "二三"]);
    }

    #[test]
    fn links_are_changed_and_nothing_else() {
        let mut seen = Vec::new();
        let line = relinked("a [b](c.md#d) `[x]` [e](f)!", &mut |words, target| {
            seen.push(format!("{words}={target}"));
            Ok("L".to_owned())
        });
        assert_eq!(line.as_deref(), Ok("a L `[x]` L!"));
        assert_eq!(seen, ["b=c.md#d", "e=f"]);
    }

    #[test]
    fn texts_are_no_markup() {
        assert_eq!(cell("a|b <c> {{d}} `{e}|f` *g*"), "a\\|b &lt;c&gt; &#123;&#123;d&#125;&#125; `{e}\\|f` \\*g\\*");
    }

    #[test]
    fn blocks_keep_what_they_are() {
        let found = blocks("```js a.mjs\nx\n```\n\n```sh\ny\n```\n");
        assert_eq!(
            found.iter().map(|block| (block.info, block.code.as_str())).collect::<Vec<_>>(),
            [("js a.mjs", "x\n"), ("sh", "y\n")]
        );
    }
}

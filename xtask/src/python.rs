//! Python text: what the templates cannot lay out themselves.

/// Longest line, in columns.
const WIDTH: usize = 120;

/// A docstring of such lines. What is too long goes on in the next line: list
/// items (`- `) two columns to the right, entries (lines with a margin) four.
pub fn docstring(lines: &[String], indent: usize) -> String {
    let text = lines.join("\n").replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let margin = " ".repeat(indent);
    let open = if text.starts_with('"') { "\"\"\" " } else { "\"\"\"" };
    let close = if text.ends_with('"') { " \"\"\"" } else { "\"\"\"" };
    if !text.contains('\n') && indent + width(open) + width(&text) + width(close) <= WIDTH {
        return format!("{margin}{open}{text}{close}");
    }
    let body: Vec<String> = text.lines().flat_map(|line| wrap(line, WIDTH - indent)).collect();
    let mut docstring = format!("{margin}{open}{}", body.join(&format!("\n{margin}")));
    docstring.push_str(&format!("\n{margin}\"\"\""));
    docstring.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Items in brackets: in one line, or a line each, with a comma after the last.
pub fn bracketed(open: &str, items: &[String], close: &str, indent: usize) -> String {
    let line = format!("{open}{}{close}", items.join(", "));
    // A comma may follow.
    if !line.contains('\n') && indent + width(&line) < WIDTH {
        return line;
    }
    let margin = " ".repeat(indent);
    let items: String = items.iter().map(|item| format!("{margin}    {item},\n")).collect();
    format!("{open}\n{items}{margin}{close}")
}

/// What is not in docstrings.
pub fn code_of(text: &str) -> String {
    text.split("\"\"\"").step_by(2).collect()
}

fn wrap(line: &str, most: usize) -> Vec<String> {
    let text = line.trim_start();
    let margin = line.len() - text.len();
    let hang = match () {
        () if text.starts_with("- ") => margin + 2,
        () if margin > 0 => margin + 4,
        () => 0,
    };
    let mut lines = Vec::new();
    let mut current = " ".repeat(margin);
    let mut is_empty = true;
    for word in text.split(' ') {
        // The quotes of the first line count too.
        let used = width(&current) + if lines.is_empty() { 3 } else { 0 };
        if !is_empty && used + 1 + width(word) > most {
            lines.push(std::mem::replace(&mut current, " ".repeat(hang)));
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    lines.push(current);
    lines
}

/// Columns; Chinese letters take two.
fn width(text: &str) -> usize {
    text.chars().map(|letter| if letter >= '\u{1100}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn quotes_and_backslashes_stay_in_a_docstring() {
        assert_eq!(docstring(&lines(r#"a\nb """c""" d"#), 0), r#""""a\\nb \"\"\"c\"\"\" d""""#);
        assert_eq!(docstring(&lines("\"image\""), 4), r#"    """ "image" """"#);
    }

    #[test]
    fn long_lines_go_on_below_their_beginning() {
        let text = format!("A.\n\nArgs:\n    name: {0}\n        - `1`: {0}", "word ".repeat(25).trim_end());
        let wrapped = docstring(&lines(&text), 8);
        assert!(wrapped.lines().all(|line| width(line) <= WIDTH && line == line.trim_end()), "{wrapped}");
        let begins: Vec<&str> = wrapped.lines().map(|line| &line[..line.len().min(18)]).collect();
        let want = [
            "        \"\"\"A.",
            "",
            "        Args:",
            "            name: ",
            "                wo",
            "                - ",
            "                  ",
            "        \"\"\"",
        ];
        assert_eq!(begins, want);
    }

    #[test]
    fn chinese_letters_take_two_columns() {
        assert_eq!(docstring(&[format!("{} abc", "课".repeat(57))], 0).lines().count(), 3);
        assert_eq!(docstring(&["课".repeat(57)], 0).lines().count(), 1);
    }

    #[test]
    fn brackets_that_fit_stay_in_one_line() {
        let items = ["self".to_owned(), "*".to_owned(), format!("name: {}", "x".repeat(80))];
        assert_eq!(bracketed("def f(", &items[..2], "):", 4), "def f(self, *):");
        let broken = bracketed("def f(", &items, ") -> None:", 14);
        assert_eq!(broken.lines().count(), 5);
        assert!(broken.ends_with("x,\n              ) -> None:"), "{broken}");
    }
}

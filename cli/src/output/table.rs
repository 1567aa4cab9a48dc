//! Tables, as wide as the terminal. One that is too narrow for a table has a block for each row instead.

use std::io::IsTerminal;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};

/// How wide a table may be.
#[derive(Clone, Copy)]
pub(crate) enum Width {
    /// As the terminal; elsewhere every row is one line, as other programs like it.
    Terminal,
    /// As the terminal; elsewhere 120 columns, for long texts.
    Prose,
}

/// How wide long texts may be where no terminal says so.
const PROSE: usize = 120;

/// The narrowest that the columns after the first may become.
const NARROW: usize = 10;

/// A table that is filled by hand. On a terminal its cells are wrapped to fit.
pub(crate) fn new(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    if let Some(width) = columns(Width::Terminal) {
        wrap(&mut table, width);
    }
    table
}

fn wrap(table: &mut Table, width: usize) {
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::try_from(width).unwrap_or(u16::MAX));
}

/// Rows under their header. Columns in which nothing stands are left out, and what stands in the first one, a name, is
/// never broken.
pub(crate) fn text<const N: usize>(
    header: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Width,
) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
    fitting(&header.map(str::to_owned), &rows, columns(width))
}

/// The same for columns that are known when it runs.
pub(crate) fn of(header: &[String], rows: &[Vec<String>], width: Width) -> String {
    fitting(header, rows, columns(width))
}

/// How wide long texts beside a table may be.
pub(crate) fn prose_width() -> usize {
    columns(Width::Prose).unwrap_or(PROSE)
}

fn columns(width: Width) -> Option<usize> {
    let exported =
        std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let terminal = || std::io::stdout().is_terminal().then(|| usize::from(console::Term::stdout().size().1));
    exported.or_else(terminal).or(match width {
        Width::Terminal => None,
        Width::Prose => Some(PROSE),
    })
}

fn fitting(header: &[String], rows: &[Vec<String>], width: Option<usize>) -> String {
    let filled: Vec<usize> = (0..header.len())
        .filter(|column| rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty())))
        .collect();
    let cells = |row: &Vec<String>| filled.iter().filter_map(|column| row.get(*column).cloned()).collect::<Vec<_>>();
    let header: Vec<&str> = filled.iter().filter_map(|column| header.get(*column).map(String::as_str)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let names = rows
        .iter()
        .filter_map(|row| row.first())
        .chain(&[header.first().copied().unwrap_or_default().to_owned()])
        .map(|name| console::measure_text_width(name))
        .max()
        .unwrap_or(0);
    // A border and two blanks for each column, and the last border.
    let least = names + 4 + header.len().saturating_sub(1) * (NARROW + 3);
    if width.is_some_and(|width| width < least) {
        return blocks(&rows, width.unwrap_or(PROSE));
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    if let Some(width) = width {
        wrap(&mut table, width);
    }
    for row in rows {
        table.add_row(row);
    }
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.to_string()
}

/// Each row as its name, and indented below it the short cells in one line and the last one, which may be long.
fn blocks(rows: &[Vec<String>], width: usize) -> String {
    let options = textwrap::Options::new(width).initial_indent("  ").subsequent_indent("  ").break_words(false);
    let block = |row: &Vec<String>| {
        let (name, rest) = row.split_first().map_or(("", &[][..]), |(name, rest)| (name.as_str(), rest));
        let (last, short) = rest.split_last().map_or(("", &[][..]), |(last, short)| (last.as_str(), short));
        let short = short.iter().filter(|cell| !cell.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ");
        let lines = std::iter::once(short.as_str()).chain(last.lines()).filter(|line| !line.is_empty());
        let wrapped = lines.flat_map(|line| textwrap::wrap(line, &options)).map(std::borrow::Cow::into_owned);
        std::iter::once(name.to_owned()).chain(wrapped).collect::<Vec<_>>().join("\n")
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::fitting;

    fn shown(width: Option<usize>) -> String {
        let row = |row: [&str; 4]| row.map(str::to_owned).to_vec();
        let rows = [
            row(["a_long_name_of_a_parameter", "yes", "", "what it means, in a sentence of some words"]),
            row(["title", "", "", "标题，最多 50 个字符"]),
        ];
        fitting(&row(["Parameter 参数", "Required", "Default", "Meaning"]), &rows, width)
    }

    #[test]
    fn names_are_never_broken_and_nothing_is_too_wide() {
        for width in [30, 40, 60, 80, 120] {
            let text = shown(Some(width));
            assert!(text.contains("a_long_name_of_a_parameter"), "{width}: {text}");
            for line in text.lines() {
                assert!(console::measure_text_width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn empty_columns_are_left_out() {
        let text = shown(None);
        assert!(!text.contains("Default") && text.contains("Required"), "{text}");
    }

    #[test]
    fn narrow_terminals_have_blocks() {
        let text = shown(Some(40));
        let wanted = "a_long_name_of_a_parameter\n  yes\n  what it means, in a sentence of some\n  words\ntitle\n  标题，最多 50 个字符";
        assert_eq!(text, wanted);
    }
}

use std::io::IsTerminal;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

/// A table with these columns. On a terminal its cells are wrapped to fit;
/// elsewhere every row is one line, as other programs like it.
pub(crate) fn new(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    if std::io::stdout().is_terminal() {
        let (_, columns) = console::Term::stdout().size();
        wrap(&mut table, columns);
    }
    table
}

/// A table of long texts, which are wrapped everywhere.
pub(crate) fn of_prose(header: &[&str]) -> Table {
    let mut table = new(header);
    if table.width().is_none() {
        wrap(&mut table, PROSE);
    }
    table
}

/// How wide long texts may be where no terminal says so.
const PROSE: u16 = 120;

/// How wide long texts beside a table may be.
pub(crate) fn prose_width() -> usize {
    usize::from(of_prose(&[]).width().unwrap_or(PROSE))
}

fn wrap(table: &mut Table, width: u16) {
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
}

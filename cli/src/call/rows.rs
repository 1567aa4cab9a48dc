//! Rows of a list: as a table, as lines of JSON, or as CSV. Numbers keep their digits.

use std::collections::{BTreeMap, BTreeSet};

use baijiayun::core::operation::Operation;
use baijiayun_api::{Description, Shape};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::output::table::{self, Width};
use crate::output::{self, Output};

/// So many columns has a table if nothing is said; more would not be read.
const TABLE_COLUMNS: usize = 6;

/// How rows are printed.
#[derive(Debug, clap::Args)]
pub(super) struct Format {
    /// Rows as JSON, each in a line 每行一个 JSON
    #[arg(long, conflicts_with = "csv")]
    jsonl: bool,
    /// Rows as CSV
    #[arg(long)]
    csv: bool,
    /// Which members of a row, for example room_id,title,user.name 选择的列
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Vec<String>,
}

impl Format {
    pub(super) fn is_given(&self) -> bool {
        self.jsonl || self.csv || !self.columns.is_empty()
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }
}

/// Prints rows as they come, a table when they all came.
pub(super) struct Printer {
    output: Output,
    form: Form,
    list: Option<&'static str>,
    /// None: those of the first row.
    columns: Vec<String>,
    chosen: bool,
    /// The columns that no row had so far.
    unseen: BTreeSet<String>,
    rows: Vec<Vec<String>>,
    begun: bool,
}

#[derive(PartialEq)]
enum Form {
    Table,
    Csv,
    Lines,
    /// One array of all rows.
    Array(Vec<String>),
}

impl Printer {
    pub(super) fn new(operation: &Operation, format: &Format, output: Output) -> Printer {
        let form = match (format.csv, format.jsonl, output.json) {
            (true, ..) => Form::Csv,
            (_, true, _) => Form::Lines,
            (.., true) => Form::Array(Vec::new()),
            _ => Form::Table,
        };
        let chosen = !format.columns.is_empty();
        let mut columns = if chosen { format.columns.clone() } else { described(operation) };
        if !chosen && form == Form::Table {
            columns.truncate(TABLE_COLUMNS);
        }
        let list = operation.paging.map(|paging| paging.list);
        let unseen = if chosen { columns.iter().cloned().collect() } else { BTreeSet::new() };
        Printer { output, form, list, columns, chosen, unseen, rows: Vec::new(), begun: false }
    }

    /// Takes the data of an answer; how many rows they have.
    pub(super) fn take(&mut self, data: &[u8]) -> Result<u64, Failure> {
        let rows = rows(&String::from_utf8_lossy(data), self.list);
        for row in &rows {
            self.row(row)?;
        }
        Ok(rows.len() as u64)
    }

    fn row(&mut self, row: &str) -> Result<(), Failure> {
        if self.columns.is_empty() && matches!(self.form, Form::Table | Form::Csv) {
            self.columns = members(row).into_keys().collect();
        }
        let found: Vec<(String, Option<String>)> =
            self.columns.iter().map(|column| (column.clone(), raw(row, column))).collect();
        self.unseen.retain(|unseen| found.iter().all(|(column, value)| column != unseen || value.is_none()));
        match &mut self.form {
            Form::Table => self.rows.push(found.into_iter().map(|(_, value)| cell(value)).collect()),
            Form::Csv => {
                let header = (!std::mem::replace(&mut self.begun, true)).then(|| self.columns.clone());
                let cells = found.into_iter().map(|(_, value)| cell(value)).collect();
                self.output.print(&csv_lines(header.into_iter().chain([cells]))?)?;
            }
            Form::Lines => self.output.print(&self.picked(row, found))?,
            Form::Array(_) => {
                let picked = self.picked(row, found);
                if let Form::Array(rows) = &mut self.form {
                    rows.push(picked);
                }
            }
        }
        Ok(())
    }

    /// The row, or of it what was chosen.
    fn picked(&self, row: &str, found: Vec<(String, Option<String>)>) -> String {
        if !self.chosen {
            return row.to_owned();
        }
        let pairs = found.into_iter().map(|(column, value)| {
            format!("{}:{}", serde_json::Value::from(column), value.unwrap_or_else(|| "null".to_owned()))
        });
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
    }

    pub(super) fn end(self) -> Result<(), Failure> {
        for column in self.unseen {
            output::print_line(&serde_json::json!({ "note": format!("no row has {column}") }));
        }
        match self.form {
            Form::Table => {
                let count = self.rows.len();
                let table = table::of(&self.columns, &self.rows, Width::Terminal);
                let plural = if count == 1 { "row" } else { "rows" };
                self.output.print(&format!("{table}\n{count} {plural}"))
            }
            Form::Csv if !self.begun && !self.columns.is_empty() => self.output.print(&csv_lines([self.columns])?),
            Form::Array(rows) => self.output.print_json_text(&format!("[{}]", rows.join(","))),
            _ => Ok(()),
        }
    }
}

/// The members of a row that hold one value, as the documents describe them.
pub(super) fn described(operation: &Operation) -> Vec<String> {
    let Some(entry) = Description::embedded().find(&operation.name) else { return Vec::new() };
    let list = operation.paging.map_or("", |paging| paging.list);
    let mut steps = list.split('.').filter(|step| !step.is_empty());
    let shape = steps.try_fold(&entry.operation.response, |shape, step| shape.fields.get(step));
    let row = shape.map(|shape| shape.items.as_deref().unwrap_or(shape));
    let is_plain = |shape: &Shape| shape.fields.is_empty() && shape.items.is_none() && shape.values.is_none();
    row.map(|row| row.fields.iter().filter(|(_, shape)| is_plain(shape)).map(|(name, _)| name.clone()).collect())
        .unwrap_or_default()
}

/// The rows in the data of an answer, each as it is written.
fn rows(data: &str, list: Option<&str>) -> Vec<String> {
    let at = match list.unwrap_or_default() {
        "" => Some(data.to_owned()),
        list => raw(data, list),
    };
    let text = at.unwrap_or_default();
    match serde_json::from_str::<Vec<Box<RawValue>>>(&text) {
        Ok(rows) => rows.into_iter().map(|row| row.get().to_owned()).collect(),
        Err(_) if text.is_empty() || text == "null" || list.is_some() => Vec::new(),
        // No list: it is the only row.
        Err(_) => vec![text],
    }
}

fn members(object: &str) -> BTreeMap<String, Box<RawValue>> {
    serde_json::from_str(object).unwrap_or_default()
}

/// A member at a dotted path, as it is written.
fn raw(row: &str, path: &str) -> Option<String> {
    path.split('.').try_fold(row.to_owned(), |object, step| Some(members(&object).get(step)?.get().to_owned()))
}

/// What stands in the cell of a table.
pub(super) fn cell(value: Option<String>) -> String {
    match value {
        None => String::new(),
        Some(value) if value == "null" => String::new(),
        Some(value) => serde_json::from_str::<String>(&value).unwrap_or(value),
    }
}

/// The cells of one object.
pub(super) fn cells(object: &[u8], columns: &[String]) -> Vec<String> {
    let object = String::from_utf8_lossy(object);
    columns.iter().map(|column| cell(raw(&object, column))).collect()
}

/// Lines of CSV, in quotes where they need them.
pub(super) fn csv_lines(rows: impl IntoIterator<Item = Vec<String>>) -> Result<String, Failure> {
    let internal = |error: &dyn std::fmt::Display| Failure::new("internal", format!("no CSV form: {error}"));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| internal(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| internal(&error))?;
    String::from_utf8(bytes).map_err(|error| internal(&error))
}

#[cfg(test)]
mod tests {
    use super::{cell, csv_lines, raw, rows};

    #[test]
    fn rows_stand_where_the_operation_has_them() {
        assert_eq!(rows(r#"{"list":[{"a":1},{"a":9.90}]}"#, Some("list")), [r#"{"a":1}"#, r#"{"a":9.90}"#]);
        assert_eq!(rows("[1,2]", Some("")), ["1", "2"]);
        assert_eq!(rows(r#"{"a":1}"#, None), [r#"{"a":1}"#]);
        assert!(rows("null", None).is_empty() && rows("{}", Some("list")).is_empty());
    }

    #[test]
    fn cells_are_texts_and_keep_digits() {
        let row = r#"{"price":9.90,"id":9223372036854775807,"user":{"name":"a\"b"},"none":null,"list":[1, 2]}"#;
        let at = |path| cell(raw(row, path));
        assert_eq!(
            ["price", "id", "user.name", "none", "list", "nothing", "price.x"].map(at),
            ["9.90", "9223372036854775807", "a\"b", "", "[1, 2]", "", ""]
        );
        assert_eq!(csv_lines([vec!["a,b".to_owned(), "c\"d".to_owned()]]).unwrap(), "\"a,b\",\"c\"\"d\"\n");
    }
}

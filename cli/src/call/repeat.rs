//! One call for each row of a CSV file, so that an interruption costs nothing and nothing is done twice.
//!
//! What came of each row is appended to another file as soon as it is known. Before a call its row is noted in a file
//! beside that one: a row that was begun and of which nothing is known is not called again by itself, because the service
//! may have carried it out.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use baijiayun::core::request;
use baijiayun::{Error, Params};

use super::{Caller, progress, rows};
use crate::clock::now;
use crate::failure::Failure;
use crate::files;
use crate::output;
use crate::params::{self, unmarked};
use crate::{parse, runtime};

pub(super) struct Job<'a> {
    pub(super) file: &'a Path,
    pub(super) results: Option<&'a Path>,
    pub(super) again: bool,
    pub(super) columns: &'a [String],
}

/// What came of a row.
const DONE: &str = "done";
const FAILED: &str = "failed";
/// The service may have carried it out, or not.
const UNKNOWN: &str = "unknown";

pub(super) fn run(caller: &Caller, common: &Params, job: &Job<'_>) -> Result<(), Failure> {
    let table = Table::read(job.file)?;
    let calls = calls(caller, common, job.file, &table)?;
    let columns = if job.columns.is_empty() { rows::described(caller.operation) } else { job.columns.to_vec() };
    let mut results = Results::open(job, &table, &columns)?;
    let held = |row: usize| match results.known.get(&row).map(String::as_str) {
        Some(DONE) => true,
        Some(UNKNOWN) => !job.again && !caller.operation.read_only,
        _ => false,
    };
    let (open, left): (Vec<usize>, Vec<usize>) = (1..=calls.len()).partition(|row| !held(*row));
    let bar = progress("{bar:30} {pos}/{len} rows 行  {eta} left 剩余");
    bar.set_length(calls.len() as u64);
    bar.inc(left.len() as u64);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &left {
        let known = results.known.get(row).map_or(DONE, |known| if known == DONE { "done before" } else { UNKNOWN });
        *counts.entry(known).or_default() += 1;
    }
    runtime::block_on(async {
        for row in open {
            let Some(params) = calls.get(row - 1) else { continue };
            results.begin(row)?;
            let mut stop = false;
            let (what, data, error) = match caller.call(params.clone()).send().await {
                Ok(answer) => {
                    parse::print_departures(caller.operation, &answer.departures);
                    (DONE, rows::cells(&answer.data, &columns), String::new())
                }
                Err(error) => {
                    stop = concerns_all(&error);
                    (what_came(&error), vec![String::new(); columns.len()], error.to_string())
                }
            };
            results.append(row, what, &table.rows[row - 1], data, error)?;
            *counts.entry(what).or_default() += 1;
            bar.inc(1);
            if stop {
                break;
            }
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    let told: usize = counts.values().sum();
    if told < calls.len() {
        counts.insert("not called", calls.len() - told);
    }
    output::print_line(&serde_json::json!({ "rows": counts, "results": results.file }));
    let of = |what| counts.get(what).copied().unwrap_or(0);
    match (of(FAILED), of(UNKNOWN)) {
        (0, 0) => Ok(()),
        (failed, unknown) => {
            let results = results.file.display();
            let hint = if unknown > 0 {
                "look with the service whether the unknown rows were carried out; --again calls them again"
            } else {
                "the same command calls the failed rows again"
            };
            Err(Failure::new("rows", format!("{failed} rows failed, {unknown} are unknown: {results} says why"))
                .with_hint(hint))
        }
    }
}

/// An error after which the call may have been carried out leaves that open.
fn what_came(error: &Error) -> &'static str {
    use baijiayun::ErrorKind::*;
    match error.kind() {
        Timeout | Transport | HttpStatus | NotJson | NotEnvelope | TooLarge | Closed => UNKNOWN,
        _ => FAILED,
    }
}

/// The other rows would fail in the same way.
fn concerns_all(error: &Error) -> bool {
    use baijiayun::ErrorKind::*;
    matches!(
        error.kind(),
        SignatureRejected | AccountNotFound | PermissionDenied | LiveNotOpen | PathNotFound | Connect
    )
}

/// The parameters of each row. All are looked at before the first is sent.
fn calls(caller: &Caller, common: &Params, file: &Path, table: &Table) -> Result<Vec<Params>, Failure> {
    let operation = caller.operation;
    let is_param = |name: &str| !name.is_empty() && !name.starts_with('#');
    let unknown: Vec<&str> = table
        .header
        .iter()
        .map(String::as_str)
        .filter(|name| is_param(name) && operation.param(name).is_none() && !operation.open)
        .collect();
    if !unknown.is_empty() {
        let message = format!("{}: {} has no parameter {}", file.display(), operation.name, unknown.join(", "));
        return Err(Failure::new("invalid_parameters", message)
            .with_hint("rename the column; one that is no parameter is passed over if its name begins with #"));
    }
    let account = caller.client.account();
    let mut wrong = Vec::new();
    let mut calls = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        let mut params = common.clone();
        for (name, value) in table.header.iter().zip(row).filter(|(name, value)| is_param(name) && !value.is_empty()) {
            params::set(operation, &mut params, name, value)?;
        }
        if let Err(error) = request::build(account, operation, &params, now()) {
            wrong.push(format!("row {}: {}", index + 1, error.message()));
        }
        calls.push(params);
    }
    if wrong.is_empty() {
        return Ok(calls);
    }
    let more = wrong.len().saturating_sub(10);
    let more = if more > 0 { format!("; and {more} more rows") } else { String::new() };
    wrong.truncate(10);
    Err(Failure::new("invalid_parameters", format!("{}: {}{more}", file.display(), wrong.join("; ")))
        .with_hint("nothing was sent: mend the rows, and begin again"))
}

/// A CSV file.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(file: &Path) -> Result<Table, Failure> {
        let bytes = files::read(file).map_err(|error| Failure::io(file.display(), &error))?;
        Table::parse(&text(file, bytes)).map_err(|error| malformed(file, &error))
    }

    fn parse(text: &str) -> Result<Table, String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header: Vec<String> =
            reader.headers().map_err(|error| error.to_string())?.iter().map(str::to_owned).collect();
        if let Some(twice) =
            header.iter().enumerate().find(|(at, name)| !name.is_empty() && header[..*at].contains(name))
        {
            return Err(format!("the column {} stands twice", twice.1));
        }
        let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()));
        let rows = rows.collect::<Result<Vec<Vec<String>>, _>>().map_err(|error| error.to_string())?;
        Ok(Table { header, rows })
    }
}

fn malformed(file: &Path, reason: &str) -> Failure {
    Failure::new("invalid_parameters", format!("{}: {reason}", file.display()))
        .with_hint("a CSV file has the names of parameters in its first line, and as many values in each line after it")
}

/// Excel writes GBK in China.
fn text(file: &Path, bytes: Vec<u8>) -> String {
    unmarked(String::from_utf8(bytes).unwrap_or_else(|error| {
        let note = format!("{} is no UTF-8 and was read as GBK", file.display());
        output::print_line(&serde_json::json!({ "note": note }));
        encoding_rs::GBK.decode(error.as_bytes()).0.into_owned()
    }))
}

/// The file of what came of the rows.
struct Results {
    file: PathBuf,
    begun: PathBuf,
    /// What is known of the rows so far.
    known: BTreeMap<usize, String>,
}

impl Results {
    /// Opens the file of an earlier run, or begins one.
    fn open(job: &Job<'_>, table: &Table, columns: &[String]) -> Result<Results, Failure> {
        let file = job.results.map_or_else(|| job.file.with_extension("results.csv"), Path::to_owned);
        let begun = file.with_extension("begun");
        let own = ["row", "result", "error"].map(str::to_owned);
        let header: Vec<String> =
            own.into_iter().chain(table.header.clone()).chain(columns.iter().map(|name| format!("={name}"))).collect();
        let mut results = Results { file, begun, known: BTreeMap::new() };
        match files::read(&results.file) {
            Ok(bytes) => results.known = results.read(&text(&results.file, bytes), table, &header)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                results.write(rows::csv_lines([header])?.as_bytes())?;
            }
            Err(error) => return Err(Failure::io(results.file.display(), &error)),
        }
        if let Ok(row) = files::read_text(&results.begun)
            && let Some(row) = row.trim().parse().ok().filter(|row: &usize| *row >= 1)
            && let Some(cells) = table.rows.get(row - 1)
        {
            let error = "the command ended while this call was under way".to_owned();
            results.append(row, UNKNOWN, cells, vec![String::new(); columns.len()], error)?;
        }
        Ok(results)
    }

    fn read(&self, text: &str, table: &Table, header: &[String]) -> Result<BTreeMap<usize, String>, Failure> {
        let other = |why: &str| {
            malformed(&self.file, why)
                .with_hint("it is of another run: delete or move it, or name another one with --results")
        };
        let earlier = Table::parse_raw(text).map_err(|error| malformed(&self.file, &error))?;
        if earlier.header != header {
            return Err(other("its columns are not those of this run"));
        }
        let mut known = BTreeMap::new();
        for row in earlier.rows {
            let number = row.first().and_then(|number| number.parse::<usize>().ok()).filter(|number| *number >= 1);
            let number = number.ok_or_else(|| other("a row has no number"))?;
            let cells = row.get(3..3 + table.header.len());
            if table.rows.get(number - 1).map(Vec::as_slice) != cells {
                return Err(other(&format!("row {number} is not the one of the file any more")));
            }
            known.insert(number, row.get(1).cloned().unwrap_or_default());
        }
        Ok(known)
    }

    fn begin(&self, row: usize) -> Result<(), Failure> {
        fs::write(&self.begun, row.to_string()).map_err(|error| Failure::io(self.begun.display(), &error))
    }

    fn append(
        &mut self,
        row: usize,
        what: &str,
        cells: &[String],
        data: Vec<String>,
        error: String,
    ) -> Result<(), Failure> {
        let own = [row.to_string(), what.to_owned(), error];
        let line = own.into_iter().chain(cells.iter().cloned()).chain(data).collect();
        self.write(rows::csv_lines([line])?.as_bytes())?;
        self.known.insert(row, what.to_owned());
        fs::remove_file(&self.begun).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(Failure::io(self.begun.display(), &error)),
        })
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::io(self.file.display(), &error);
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_data()).map_err(failed)
    }
}

impl Table {
    /// As it was written: blanks around a value are its own.
    fn parse_raw(text: &str) -> Result<Table, String> {
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| error.to_string())?.iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()));
        Ok(Table { header, rows: rows.collect::<Result<_, _>>().map_err(|error| error.to_string())? })
    }
}

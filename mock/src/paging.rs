//! Pages of a list, as the operation's description names them.

use serde_json::{Value, json};

use crate::input::{Input, as_int};

/// The size of a page where the documents name none.
const PAGE_SIZE: usize = 20;

/// The answer of a paged operation: the asked page of these rows, and how many there are in all.
pub(crate) fn page(input: &Input, rows: Vec<Value>) -> Value {
    let (number, size) = asked(input);
    let total = rows.len();
    let rows = slice(rows, number, size);
    let (list, count) = match input.operation.paging {
        Some(paging) => (paging.list, paging.total),
        None => ("list", "total"),
    };
    if list.is_empty() {
        return Value::Array(rows);
    }
    let mut answer = json!({ list: rows, "page": number, "page_size": size });
    if !count.is_empty() {
        answer[count] = Value::from(total);
    }
    answer
}

/// The asked page of the rows of a printed example: its total speaks of rows
/// that are not printed, and a client that fetches all pages must come to an end.
pub(crate) fn page_of_example(input: &Input, data: &mut Value) {
    let Some(paging) = input.operation.paging else { return };
    let (number, size) = asked(input);
    let rows = if paging.list.is_empty() { Some(&mut *data) } else { data.get_mut(paging.list) };
    let Some(Value::Array(rows)) = rows else { return };
    let total = rows.len();
    *rows = slice(std::mem::take(rows), number, size);
    if let Some(count) = data.get_mut(paging.total) {
        *count = if count.is_string() { Value::from(total.to_string()) } else { Value::from(total) };
    }
}

fn asked(input: &Input) -> (usize, usize) {
    let size_param = input.operation.paging.map_or("page_size", |paging| paging.size_param);
    let default = |name: &str| as_int(input.described.defaults.get(name)?);
    let number = |name: &str| input.int(name).or_else(|| default(name)).and_then(|number| usize::try_from(number).ok());
    let at_least_one = |number: usize| number.max(1);
    (number("page").map_or(1, at_least_one), number(size_param).map_or(PAGE_SIZE, at_least_one))
}

fn slice(rows: Vec<Value>, number: usize, size: usize) -> Vec<Value> {
    rows.into_iter().skip((number - 1).saturating_mul(size)).take(size).collect()
}

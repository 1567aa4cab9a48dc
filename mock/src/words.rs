//! Sensitive words, of a product line or of a room.

use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::state::State;
use crate::store::{Row, row};

pub(crate) const HANDLERS: Handlers = &[
    ("live_setting.add_sensitive_words", add),
    ("live_setting.list_sensitive_words", list),
    ("live_setting.delete_sensitive_words", delete),
];

/// Where the words of a call belong: the product line and the room, 0 for none.
fn place(input: &Input) -> (i64, i64) {
    (input.id("product_type"), input.id("room_id"))
}

fn is_at(word: &Row, (product, room): (i64, i64)) -> bool {
    word.get("product_type").and_then(as_int) == Some(product) && word.get("room_id").and_then(as_int) == Some(room)
}

fn add(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (product, room) = place(input);
    let mut total = 0;
    for word in input.texts("words") {
        let known = |old: &Row| is_at(old, (product, room)) && old.get("word").is_some_and(|old| *old == word);
        if !state.words.iter().any(|(_, old)| known(old)) {
            state
                .words
                .insert(|id| row(json!({ "id": id, "word": word, "product_type": product, "room_id": room })))?;
            total += 1;
        }
    }
    Ok(json!({ "total": total }))
}

/// The document knows no pages here, public clients send them all the same.
fn list(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let words = state.words.iter().map(|(_, word)| word).filter(|word| is_at(word, place(input)));
    let rows: Vec<Value> = words.cloned().map(Value::Object).collect();
    let paged = input.get("page").is_some() || input.get("page_size").is_some();
    Ok(if paged { paging::page(input, rows) } else { json!({ "total": rows.len(), "list": rows }) })
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    for id in input.ints("ids") {
        state.words.remove(id);
    }
    Ok(Value::Null)
}

//! Class state.

use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::clock;
use crate::failure::Failure;
use crate::input::{Input, as_int, plain};
use crate::state::State;
use crate::videos;

pub(crate) const HANDLERS: Handlers = &[
    ("live.start_class", |state, input| set(state, input, true)),
    ("live.stop_class", |state, input| set(state, input, false)),
    ("live.get_status", status),
    // Nobody enters the mock's rooms: who can tell is who started the class.
    ("live.get_teacher_online_status", status),
];

/// The room is not recorded.
const NOT_RECORDED: i64 = 2;

/// The callback tells of a change only: starting a started class is no event.
fn set(state: &mut State, input: &Input, in_class: bool) -> Result<Value, Failure> {
    let id = input.id("room_id");
    let room = state.rooms.get_mut(id)?;
    if room.in_class != in_class {
        room.in_class = in_class;
        room.row.insert("new_live_status".to_owned(), Value::from(if in_class { 2 } else { 1 }));
        let members = vec![
            ("room_id".to_owned(), id.to_string()),
            ("op".to_owned(), if in_class { "start" } else { "end" }.to_owned()),
            ("op_time".to_owned(), clock::datetime(input.now)),
        ];
        let begun = std::mem::replace(&mut room.begun, input.now);
        let number = |name: &str| room.row.get(name).and_then(as_int).unwrap_or_default();
        let recorded = !in_class && number("auto_playback_record") != NOT_RECORDED;
        let title = room.row.get("title").map(plain).unwrap_or_default();
        let url = state.accounts.class_callback_url.clone();
        state.tell("class_event", &url, members);
        if recorded {
            videos::record(state, id, &title, input.now.abs_diff(begun), input.now)?;
        }
    }
    Ok(Value::Null)
}

fn status(state: &mut State, input: &Input) -> Result<Value, Failure> {
    Ok(json!({ "status": i64::from(state.rooms.get(input.id("room_id"))?.in_class) }))
}

//! Rooms.

use std::collections::VecDeque;

use baijiayun_core::operation::{Param, ParamKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::clock;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::state::State;
use crate::store::{ById, Row, Store, row};
use crate::users::Staff;

#[derive(Serialize, Deserialize)]
pub(crate) struct Rooms {
    open: Store<Room>,
    /// The latest deleted ones.
    deleted: VecDeque<i64>,
    limit: usize,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Room {
    pub row: Row,
    pub in_class: bool,
    /// When the class began, or ended, unix seconds.
    pub begun: i64,
    /// The courseware of the room and the id of each binding.
    pub docs: ById<i64>,
    pub students: ById<()>,
    /// Teachers and assistants by user id.
    pub staff: ById<Staff>,
}

impl Rooms {
    pub fn new(limit: usize) -> Rooms {
        Rooms { open: Store::new(0, 7919, limit), deleted: VecDeque::new(), limit }
    }

    /// # Errors
    /// 3001 for a room that never was, 3002 for one that is gone.
    pub fn get(&self, id: i64) -> Result<&Room, Failure> {
        self.open.get(id).ok_or_else(|| self.absent(id))
    }

    pub fn get_mut(&mut self, id: i64) -> Result<&mut Room, Failure> {
        let absent = self.absent(id);
        self.open.get_mut(id).ok_or(absent)
    }

    /// The newest first.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Room)> {
        self.open.iter()
    }

    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Room> {
        self.open.values_mut()
    }

    fn absent(&self, id: i64) -> Failure {
        if self.deleted.contains(&id) { Failure::room_deleted() } else { Failure::room_unknown() }
    }

    /// Ids have 14 digits, of which the first six are the day, as in the documents.
    fn insert(&mut self, now: i64, make: impl FnOnce(i64) -> Row) -> Result<i64, Failure> {
        let day: i64 = clock::digits(now).get(2..8).and_then(|day| day.parse().ok()).unwrap_or_default();
        self.open.skip_to(day * 100_000_000 + 10_000_000);
        self.open.insert(|id| Room { row: make(id), ..Room::default() })
    }

    fn delete(&mut self, id: i64) {
        self.open.remove(id);
        if self.deleted.len() >= self.limit {
            self.deleted.pop_front();
        }
        self.deleted.push_back(id);
    }
}

pub(crate) const HANDLERS: Handlers = &[
    ("room.create", |state, input| create(state, input).map(Value::Object)),
    ("room.create_with_live", create_with_live),
    ("room.update", update),
    ("room.delete", delete),
    ("room.info", |state, input| Ok(Value::Object(state.rooms.get(input.id("room_id"))?.row.clone()))),
    ("room.list", list),
    ("room.set_status", set_status),
];

fn create(state: &mut State, input: &Input) -> Result<Row, Failure> {
    let mut members: Row = input
        .operation
        .params
        .iter()
        .filter_map(|param| Some((param.name.to_owned(), input.get(param.name).or_else(|| default(input, param))?)))
        .collect();
    let codes = state.codes.for_room()?;
    let id = state.rooms.insert(input.now, |id| {
        let [admin, teacher, student] = &codes;
        members.extend(row(json!({
            "room_id": id, "create_time": input.now, "new_live_status": 1, "status": 0,
            "admin_code": admin, "teacher_code": teacher, "student_code": student,
        })));
        members
    })?;
    state.codes.insert_for_room(id, codes, input.now)?;
    Ok(state.rooms.get(id)?.row.clone())
}

/// What a room has where the caller says nothing.
fn default(input: &Input, param: &Param) -> Option<Value> {
    let zero = || matches!(param.kind, ParamKind::Int | ParamKind::Flag).then(|| Value::from(0));
    input.described.defaults.get(param.name).cloned().or_else(zero)
}

fn create_with_live(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let mut room = |kind: i64| {
        let created = create(state, input)?;
        let id = created.get("room_id").and_then(as_int).unwrap_or_default();
        state.rooms.get_mut(id)?.row.insert("type".to_owned(), kind.into());
        Ok(created)
    };
    Ok(json!({ "double_teacher": room(5)?, "live": room(2)? }))
}

fn update(state: &mut State, input: &Input) -> Result<Value, Failure> {
    state.rooms.get_mut(input.id("room_id"))?.row.extend(input.row_without(&["room_id"]));
    Ok(Value::Null)
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("room_id");
    state.rooms.delete(id);
    state.codes.forget_room(id);
    Ok(Value::Null)
}

fn set_status(state: &mut State, input: &Input) -> Result<Value, Failure> {
    state.rooms.get_mut(input.id("room_id"))?.row.extend(input.row(&["status"]));
    Ok(Value::Null)
}

fn list(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let title = input.text("title");
    let product = input.id("product_type");
    let live_status = input.id("new_live_status");
    let wanted = |room: &Row| {
        let number = |name: &str| room.get(name).and_then(as_int).unwrap_or_default();
        room.get("title").and_then(Value::as_str).is_some_and(|text| text.contains(&title))
            && (product == 0 || product == product_of(number("type"), number("industry_type")))
            && (live_status == 0 || live_status == number("new_live_status"))
    };
    let rooms = state.rooms.open.iter().map(|(_, room)| &room.row).filter(|room| wanted(room));
    let rows = rooms.cloned().map(Value::Object).collect();
    Ok(paging::page(input, rows))
}

/// The product line that a type of room belongs to.
fn product_of(room_type: i64, industry: i64) -> i64 {
    match (room_type, industry) {
        (2, 1) => 4,
        (2, _) => 1,
        (5, _) => 3,
        _ => 2,
    }
}

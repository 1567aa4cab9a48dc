//! The account's users and who of them belongs to which room.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::rooms::Room;
use crate::state::{State, missing};
use crate::store::{Row, Store, row};

#[derive(Serialize, Deserialize)]
pub(crate) struct Users {
    users: Store<Row>,
    assignments: i64,
}

/// A teacher's or assistant's place in a room.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Staff {
    pub assignment: i64,
    pub role: i64,
    pub fake: bool,
}

const TEACHER: i64 = 1;
const ASSISTANT: i64 = 2;

impl Users {
    pub fn new(limit: usize) -> Users {
        Users { users: Store::new(99_904, 1, limit), assignments: 254_162 }
    }

    pub fn len(&self) -> usize {
        self.users.len()
    }

    fn get(&self, id: i64) -> Result<&Row, Failure> {
        self.users.get(id).ok_or_else(|| missing(&format!("用户{id}")))
    }

    fn with_phone(&self, phone: &str) -> Option<(i64, &Row)> {
        self.users.iter().find(|(_, user)| user.get("phone_number").is_some_and(|known| known == phone))
    }
}

fn role_of(user: &Row) -> Option<i64> {
    user.get("role").and_then(as_int)
}

pub(crate) const HANDLERS: Handlers = &[
    ("user.add", add),
    ("user.list", list),
    ("user.update", update),
    ("user.delete_batch", delete_batch),
    ("user.get_by_phone", get_by_phone),
    ("user.assign_students", assign_students),
    ("user.list_students", list_students),
    ("user.remove_students", remove_students),
    ("user.assign_teacher", assign_teacher),
    ("user.assign_fake_assistant", assign_fake_assistant),
    ("user.list_teachers", list_teachers),
    ("user.remove_teacher", remove_teacher),
];

fn add(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let phone = input.text("phone_number");
    if state.users.with_phone(&phone).is_some() {
        return Err(Failure::general("手机号已存在"));
    }
    let id = state.users.users.insert(|id| {
        let mut user = row(json!({ "user_id": id, "email": "", "remark": "", "create_time": input.now }));
        // A user without a number of their own has the phone number for it.
        user.insert("user_sn".to_owned(), Value::from(phone.as_str()));
        user.extend(input.row_without(&["password"]));
        user
    })?;
    Ok(json!({ "id": id, "name": input.text("name"), "role": input.int("role") }))
}

fn list(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let role = input.int("role");
    let users = state.users.users.iter().map(|(_, user)| user).filter(|user| role_of(user) == role);
    let rows = users.cloned().map(Value::Object).collect();
    Ok(paging::page(input, rows))
}

fn update(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("user_id");
    if state.users.with_phone(&input.text("phone_number")).is_some_and(|(owner, _)| owner != id) {
        return Err(Failure::general("手机号已存在"));
    }
    let user = state.users.users.get_mut(id).ok_or_else(|| missing("用户"))?;
    user.extend(input.row_without(&["user_id"]));
    Ok(json!({ "id": id, "name": user.get("name") }))
}

fn delete_batch(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let ids = all_known(state, input)?;
    if ids.iter().any(|id| state.users.users.get(*id).and_then(role_of) != input.int("role")) {
        return Err(Failure::general("用户角色不符"));
    }
    for id in ids {
        state.users.users.remove(id);
        for room in state.rooms.all_mut() {
            room.students.remove(id);
            room.staff.remove(id);
        }
    }
    Ok(Value::Null)
}

fn get_by_phone(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let found = state.users.with_phone(&input.text("phone_number"));
    let (_, user) = found.filter(|(_, user)| role_of(user) == input.int("role")).ok_or_else(|| missing("用户"))?;
    let mut user = user.clone();
    user.insert("user_number".to_owned(), json!(user.get("user_sn")));
    Ok(Value::Object(user))
}

/// The users of `user_ids`, all of which must exist.
fn all_known(state: &State, input: &Input) -> Result<Vec<i64>, Failure> {
    let ids = input.ints("user_ids");
    let unknown: Vec<String> =
        ids.iter().filter(|id| state.users.users.get(**id).is_none()).map(ToString::to_string).collect();
    if unknown.is_empty() { Ok(ids) } else { Err(missing(&format!("学员{}", unknown.join(",")))) }
}

fn room<'a>(state: &'a mut State, input: &Input) -> Result<&'a mut Room, Failure> {
    state.rooms.get_mut(input.id("room_id"))
}

fn assign_students(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let ids = all_known(state, input)?;
    let students = &mut room(state, input)?.students;
    for id in ids {
        students.insert(id, ());
    }
    Ok(Value::Null)
}

fn remove_students(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let ids = input.ints("user_ids");
    room(state, input)?.students.retain(|id, ()| !ids.contains(&id));
    Ok(Value::Null)
}

/// A user as a member of a room.
fn member(state: &State, id: i64, role: i64) -> Option<Value> {
    let mut user = state.users.users.get(id)?.clone();
    user.insert("assign_role".to_owned(), role.into());
    Some(Value::Object(user))
}

fn list_students(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let students = &state.rooms.get(input.id("room_id"))?.students;
    let rows = students.iter().filter_map(|(id, ())| member(state, id, 0)).collect();
    Ok(paging::page(input, rows))
}

/// A room has one teacher: a new one takes the place of the old.
fn assign_teacher(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (user, role) = (input.id("user_id"), input.int_or("role", ASSISTANT));
    state.users.get(user)?;
    state.users.assignments += 1;
    let staff = Staff { assignment: state.users.assignments, role, fake: input.int("is_fake_assistant") == Some(1) };
    let room = room(state, input)?;
    if role == TEACHER {
        room.staff.retain(|_, other| other.role != TEACHER);
    }
    let assignment = staff.assignment;
    room.staff.insert(user, staff);
    Ok(json!({ "id": assignment }))
}

fn assign_fake_assistant(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let staff = room(state, input)?.staff.get_mut(input.id("user_id")).ok_or_else(|| missing("助教"))?;
    staff.fake = input.int("relation_type") == Some(1);
    Ok(Value::Bool(true))
}

fn list_teachers(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let state = &*state;
    let staff = &state.rooms.get(input.id("room_id"))?.staff;
    let of_role = |role: i64| {
        staff.iter().filter(move |(_, staff)| staff.role == role).filter_map(move |(id, _)| member(state, id, role))
    };
    let assistants: Vec<Value> = of_role(ASSISTANT).collect();
    Ok(json!({ "total": staff.len(), "teacher": of_role(TEACHER).next(), "assistant": assistants }))
}

fn remove_teacher(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let removed = room(state, input)?.staff.remove(input.id("user_id")).ok_or_else(|| missing("老师"))?;
    Ok(json!({ "id": removed.assignment }))
}

//! Join codes: those of a room and those of single students.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::Input;
use crate::paging;
use crate::state::State;
use crate::store::Store;

#[derive(Serialize, Deserialize)]
pub(crate) struct Codes {
    codes: Store<Code>,
    made: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Code {
    code: String,
    room_id: i64,
    owner: Owner,
    create_time: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Owner {
    /// Everybody with this role.
    Role(i64),
    Student {
        number: String,
        avatar: String,
        audition: bool,
    },
}

const STUDENT: i64 = 0;
const TEACHER: i64 = 1;
const ADMIN: i64 = 2;

/// Without letters and digits that look alike.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// The number of codes of six characters.
const CODES: u64 = 31_u64.pow(6);

impl Codes {
    pub fn new(limit: usize) -> Codes {
        Codes { codes: Store::new(1, 1, limit.saturating_mul(4)), made: 0 }
    }

    /// A code that was never given out: multiplying by a number that is prime
    /// to their count visits all codes before one comes again.
    fn fresh(&mut self) -> String {
        self.made += 1;
        let mut number = self.made.wrapping_mul(444_444_443) % CODES;
        let mut character = || {
            let index = usize::try_from(number % 31).unwrap_or_default();
            number /= 31;
            char::from(ALPHABET[index])
        };
        std::iter::repeat_with(&mut character).take(6).collect()
    }

    /// The codes of a new room: for assistants, the teacher and students.
    pub fn for_room(&mut self) -> Result<[String; 3], Failure> {
        self.codes.must_hold(3)?;
        Ok([self.fresh(), self.fresh(), self.fresh()])
    }

    pub fn insert_for_room(&mut self, room_id: i64, codes: [String; 3], now: i64) -> Result<(), Failure> {
        for (code, role) in codes.into_iter().zip([ADMIN, TEACHER, STUDENT]) {
            self.codes.insert(|_| Code { code, room_id, owner: Owner::Role(role), create_time: now })?;
        }
        Ok(())
    }

    pub fn forget_room(&mut self, room_id: i64) {
        self.codes.retain(|code| code.room_id != room_id);
    }

    /// A student has one code of each kind per room.
    fn of_student(&mut self, input: &Input, number: &str, audition: bool) -> Result<String, Failure> {
        let room_id = input.id("room_id");
        let is_theirs = |code: &Code| {
            code.room_id == room_id
                && matches!(&code.owner, Owner::Student { number: known, audition: kind, .. } if known == number && *kind == audition)
        };
        if let Some((_, code)) = self.codes.iter().find(|(_, code)| is_theirs(code)) {
            return Ok(code.code.clone());
        }
        let code = self.fresh();
        let owner = Owner::Student { number: number.to_owned(), avatar: input.text("user_avatar"), audition };
        let made = Code { code: code.clone(), room_id, owner, create_time: input.now };
        self.codes.insert(|_| made)?;
        Ok(code)
    }

    fn find(&self, code: &str) -> Option<(i64, &Code)> {
        self.codes.iter().find(|(_, known)| known.code == code)
    }
}

pub(crate) const HANDLERS: Handlers = &[
    ("room.create_code", create),
    ("room.create_audition_codes", create_auditions),
    ("room.list_codes", list),
    ("room.get_code_info", info),
    ("room.delete_code", delete),
];

fn create(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let code = state.codes.of_student(input, &input.text("user_number"), false)?;
    Ok(json!({ "student_code": code }))
}

fn create_auditions(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let mut list = Vec::new();
    for number in input.texts("user_numbers") {
        let code = state.codes.of_student(input, &number, true)?;
        list.push(json!({ "code": code, "user_number": number }));
    }
    Ok(json!({ "total": list.len(), "list": list }))
}

fn list(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (room, auditions) = (input.id("room_id"), input.int("type") == Some(1));
    let row = |code: &Code| match &code.owner {
        Owner::Student { number, avatar, audition } if code.room_id == room && *audition == auditions => {
            Some(json!({ "code": code.code, "user_number": number, "user_avatar": avatar }))
        }
        _ => None,
    };
    let rows = state.codes.codes.iter().filter_map(|(_, code)| row(code)).collect();
    Ok(paging::page(input, rows))
}

fn info(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let Some((_, code)) = state.codes.find(&input.text("code")) else {
        return Ok(json!({ "exist": false }));
    };
    let (number, role) = match &code.owner {
        Owner::Role(role) => ("0", *role),
        Owner::Student { number, .. } => (number.as_str(), STUDENT),
    };
    Ok(json!({ "exist": true, "code_info": {
        "code": code.code, "room_id": code.room_id, "user_number": number, "user_role": role,
        "create_time": code.create_time,
    } }))
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let room = input.id("room_id");
    match state.codes.find(&input.text("code")).filter(|(_, code)| code.room_id == room) {
        None => Err(Failure::general("参加码不存在")),
        Some((_, code)) if code.owner == Owner::Role(TEACHER) || code.owner == Owner::Role(ADMIN) => {
            Err(Failure::general("只能删除学生参加码"))
        }
        Some((id, _)) => {
            state.codes.codes.remove(id);
            Ok(Value::Null)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_do_not_repeat() {
        let mut codes = Codes::new(1);
        let seen: HashSet<String> = (0..100_000).map(|_| codes.fresh()).collect();
        assert_eq!(seen.len(), 100_000);
        assert!(seen.iter().all(|code| code.len() == 6));
    }
}

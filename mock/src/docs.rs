//! Courseware and its folders.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::state::{State, missing};
use crate::store::{Row, Store, row};

#[derive(Serialize, Deserialize)]
pub(crate) struct Docs {
    docs: Store<Row>,
    folders: Store<Row>,
    bindings: i64,
}

/// The id that stands for no folder.
const ROOT: i64 = 0;

impl Docs {
    pub fn new(limit: usize) -> Docs {
        Docs { docs: Store::new(832_417, 1, limit), folders: Store::new(16_286_658_001, 1, limit), bindings: 122 }
    }

    pub fn len(&self) -> usize {
        self.docs.len()
    }

    fn get(&self, fid: i64) -> Result<&Row, Failure> {
        self.docs.get(fid).ok_or_else(unknown)
    }
}

fn unknown() -> Failure {
    missing("文档")
}

pub(crate) const HANDLERS: Handlers = &[
    ("doc.upload", |state, input| upload(state, input, "attachment", Kind::Document)),
    ("doc.upload_media", |state, input| upload(state, input, "attachment", Kind::Media)),
    ("doc.upload_by_url", |state, input| by_url(state, input, "file_url", "file_name")),
    ("doc.upload_h5_by_url", |state, input| by_url(state, input, "h5_doc_url", "name")),
    ("doc.bind", bind_one),
    ("doc.bind_batch", bind_batch),
    ("doc.bind_to_rooms", bind_to_rooms),
    ("doc.bind_folders", bind_folders),
    ("doc.remove", |state, input| unbind(state, input).map(|()| json!({ "fid": input.id("fid") }))),
    ("doc.unbind", |state, input| unbind(state, input).map(|()| Value::Null)),
    ("doc.list", |state, input| list_room(state, input, Kind::Document)),
    ("doc.list_media", |state, input| list_room(state, input, Kind::Media)),
    ("doc.list_all", list_all),
    ("doc.list_files", list_all),
    ("doc.list_room_previews", list_previews),
    ("doc.get_preview", |state, input| state.docs.get(input.id("fid")).map(|doc| json!({ "list": [preview(doc)] }))),
    ("doc.rename", rename),
    ("doc.delete", |state, input| delete(state, input.id("fid")).map(|()| Value::Null)),
    ("doc.create_folder", create_folder),
    ("doc.delete_folder", delete_folder),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Document,
    Media,
}

impl Kind {
    fn of(doc: &Row) -> Kind {
        if doc.contains_key("total_size") { Kind::Media } else { Kind::Document }
    }
}

fn upload(state: &mut State, input: &Input, field: &str, kind: Kind) -> Result<Value, Failure> {
    let file = input.file(field).ok_or_else(|| Failure::parameter(format!("{field}字段不合法")))?;
    add(state, input, &file.name, file.size, kind)
}

/// The mock does not fetch the address: the size stays 0.
fn by_url(state: &mut State, input: &Input, url: &str, name: &str) -> Result<Value, Failure> {
    let address = input.text(url);
    let last = address.rsplit('/').next().unwrap_or_default();
    let name = input.get(name).map_or_else(|| last.to_owned(), |_| input.text(name));
    add(state, input, &name, 0, Kind::Document)
}

fn add(state: &mut State, input: &Input, name: &str, size: u64, kind: Kind) -> Result<Value, Failure> {
    let folder = input.id("parent_finder_id");
    if folder != ROOT && state.docs.folders.get(folder).is_none() {
        return Err(missing("文件夹"));
    }
    let fid = state.docs.docs.insert(|fid| {
        let mut doc = row(json!({
            "fid": fid, "name": name, "fname": name, "size": size, "ppt_animation": input.int_or("ppt_animation", 0),
            "type": 3, "upload_source": "api", "file_type": "普通文件", "create_time": input.now,
            "url": format!("{}/files/{fid}", input.base), "folder": folder,
        }));
        // Media have their size by another name in their own list, and by this one among all files.
        if kind == Kind::Media {
            doc.insert("total_size".to_owned(), size.into());
        }
        doc
    })?;
    let mut answer = state.docs.get(fid)?.clone();
    let room = input.id("room_id");
    if room != 0 {
        answer.insert("bind_id".to_owned(), bind(state, room, fid)?.into());
    }
    Ok(Value::Object(answer))
}

/// Binds a document to a room; binding it again gives the same binding.
fn bind(state: &mut State, room: i64, fid: i64) -> Result<i64, Failure> {
    state.docs.get(fid)?;
    let bindings = &mut state.docs.bindings;
    let docs = &mut state.rooms.get_mut(room)?.docs;
    if let Some(bound) = docs.get(fid) {
        return Ok(*bound);
    }
    *bindings += 1;
    docs.insert(fid, *bindings);
    Ok(*bindings)
}

fn bind_one(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (room, fid) = (input.id("room_id"), input.id("fid"));
    Ok(json!({ "fid": fid, "room_id": room, "bind_id": bind(state, room, fid)? }))
}

fn bind_all(state: &mut State, pairs: impl IntoIterator<Item = (i64, i64)>) -> Result<Vec<i64>, Failure> {
    pairs.into_iter().map(|(room, fid)| bind(state, room, fid)).collect()
}

fn bind_batch(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (room, fids) = (input.id("room_id"), input.ints("fids"));
    let bindings = bind_all(state, fids.iter().map(|fid| (room, *fid)))?;
    Ok(json!({ "fid": fids, "room_id": room, "bind_ids": bindings }))
}

fn bind_to_rooms(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (rooms, fid) = (input.ints("room_ids"), input.id("fid"));
    let bindings = bind_all(state, rooms.iter().map(|room| (*room, fid)))?;
    Ok(json!({ "fid": fid, "room_ids": rooms, "bind_ids": bindings }))
}

fn in_folders(state: &State, folders: &[i64]) -> Vec<i64> {
    let folder_of = |doc: &Row| doc.get("folder").and_then(as_int).unwrap_or(ROOT);
    state.docs.docs.iter().filter(|(_, doc)| folders.contains(&folder_of(doc))).map(|(fid, _)| fid).collect()
}

fn bind_folders(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (room, folders) = (input.id("room_id"), input.ints("finder_ids"));
    if folders.iter().any(|folder| state.docs.folders.get(*folder).is_none()) {
        return Err(missing("文件夹"));
    }
    // The document lets room_id be left out and does not say what that means.
    if room != 0 {
        let fids = in_folders(state, &folders);
        bind_all(state, fids.into_iter().map(|fid| (room, fid)))?;
    }
    Ok(Value::Null)
}

fn unbind(state: &mut State, input: &Input) -> Result<(), Failure> {
    let removed = state.rooms.get_mut(input.id("room_id"))?.docs.remove(input.id("fid"));
    removed.map(|_| ()).ok_or_else(unknown)
}

fn of_room(state: &State, room: i64) -> Result<Vec<&Row>, Failure> {
    Ok(state.rooms.get(room)?.docs.iter().rev().filter_map(|(fid, _)| state.docs.docs.get(fid)).collect())
}

fn list_room(state: &mut State, input: &Input, kind: Kind) -> Result<Value, Failure> {
    let room = input.id("room_id");
    let docs: Vec<&Row> = of_room(state, room)?.into_iter().filter(|doc| Kind::of(doc) == kind).collect();
    Ok(json!({ "room_id": room, "list": docs }))
}

fn list_all(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let source = input.text("type");
    let wanted = |doc: &Row| {
        matches!(source.as_str(), "" | "all") || doc.get("upload_source").is_some_and(|known| known == &source)
    };
    let docs = state.docs.docs.iter().map(|(_, doc)| doc).filter(|doc| wanted(doc));
    let rows = docs.cloned().map(Value::Object).collect();
    Ok(paging::page(input, rows))
}

fn preview(doc: &Row) -> Value {
    json!({ "fid": doc.get("fid"), "fname": doc.get("name"), "doc_format": "doc", "image_list": [], "image": "",
        "html": doc.get("url") })
}

fn list_previews(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let docs = of_room(state, input.id("room_id"))?;
    Ok(json!({ "list": docs.into_iter().map(preview).collect::<Vec<_>>() }))
}

fn rename(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let doc = state.docs.docs.get_mut(input.id("fid")).ok_or_else(unknown)?;
    doc.extend(input.row(&["name"]));
    Ok(Value::Object(doc.clone()))
}

fn delete(state: &mut State, fid: i64) -> Result<(), Failure> {
    state.docs.docs.remove(fid).ok_or_else(unknown)?;
    for room in state.rooms.all_mut() {
        room.docs.remove(fid);
    }
    Ok(())
}

fn create_folder(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let parent = input.id("parent_finder_id");
    let level = match state.docs.folders.get(parent) {
        Some(folder) => folder.get("level").and_then(as_int).unwrap_or_default() + 1,
        None if parent == ROOT => 1,
        None => return Err(missing("文件夹")),
    };
    let partner_id = state.sender.partner_id().to_owned();
    let id = state.docs.folders.insert(|id| {
        row(json!({
            "partner_id": partner_id, "finder_id": id, "parent_finder_id": parent, "name": input.text("name"),
            "is_directory": 1, "level": level,
        }))
    })?;
    Ok(json!(state.docs.folders.get(id)))
}

/// With everything in it, on all levels.
fn delete_folder(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let top = input.id("finder_id");
    state.docs.folders.get(top).ok_or_else(|| missing("文件夹"))?;
    let mut folders = vec![top];
    let mut next = 0;
    while let Some(parent) = folders.get(next).copied() {
        let is_child = |folder: &Row| folder.get("parent_finder_id").and_then(as_int) == Some(parent);
        folders.extend(state.docs.folders.iter().filter(|(_, folder)| is_child(folder)).map(|(id, _)| id));
        next += 1;
    }
    for fid in in_folders(state, &folders) {
        delete(state, fid)?;
    }
    for folder in folders {
        state.docs.folders.remove(folder);
    }
    Ok(Value::Null)
}

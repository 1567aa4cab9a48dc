//! Categories of videos: a tree of five levels.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::Input;
use crate::paging;
use crate::state::{State, missing};
use crate::store::{Row, Store, row};

#[derive(Serialize, Deserialize)]
pub(crate) struct Categories(Store<Category>);

#[derive(Debug, Serialize, Deserialize)]
struct Category {
    name: String,
    parent: i64,
}

/// The id that stands for no category.
const NONE: i64 = 0;
const LEVELS: usize = 5;

impl Categories {
    pub fn new(limit: usize) -> Categories {
        Categories(Store::new(71_471, 1, limit))
    }

    /// The ids from the first level down to this category; empty for none.
    fn path(&self, mut id: i64) -> Vec<i64> {
        let mut path = Vec::new();
        while let Some(category) = self.0.get(id) {
            path.insert(0, id);
            id = category.parent;
        }
        path
    }

    /// `category_level1_id` to `category_level5_id`, 0 where there is none.
    pub fn levels(&self, id: i64) -> Row {
        let path = self.path(id);
        let level = |level: usize| path.get(level).copied().unwrap_or(NONE);
        (0..LEVELS).map(|index| (format!("category_level{}_id", index + 1), level(index).into())).collect()
    }

    /// The categories that a video is in, as its details list them.
    pub fn named(&self, id: i64) -> Vec<Value> {
        let name = |id: i64| self.0.get(id).map(|category| category.name.clone());
        let path = self.path(id).into_iter().enumerate();
        path.map(|(index, id)| json!({ "id": id, "level": index + 1, "name": name(id) })).collect()
    }

    fn row(&self, id: i64) -> Option<Row> {
        let category = self.0.get(id)?;
        let level = self.path(id).len();
        Some(row(json!({ "id": id, "name": category.name, "parent_id": category.parent, "level": level })))
    }

    fn children(&self, parent: i64) -> Vec<i64> {
        let mut ids: Vec<i64> = self.0.iter().filter(|(_, child)| child.parent == parent).map(|(id, _)| id).collect();
        ids.reverse();
        ids
    }

    fn must_have(&self, id: i64) -> Result<(), Failure> {
        if id == NONE || self.0.get(id).is_some() { Ok(()) } else { Err(missing("分类")) }
    }
}

pub(crate) const HANDLERS: Handlers = &[
    ("video.add_category", add),
    ("video.list_categories", |state, _| Ok(json!({ "list": tree(state, NONE) }))),
    ("video.get_category", get),
    ("video.delete_category", delete),
    ("video.list_by_category", list_videos),
    ("video.set_category", |state, input| put(state, input.id("video_id"), input.id("category_id"))),
    ("video.set_category_batch", put_batch),
];

fn add(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let parent = input.id("parent_id");
    state.categories.must_have(parent)?;
    if state.categories.path(parent).len() >= LEVELS {
        return Err(Failure::general("分类层级超过限制"));
    }
    let id = state.categories.0.insert(|_| Category { name: input.text("name"), parent })?;
    Ok(json!(state.categories.row(id)))
}

fn videos_below(state: &State, id: i64) -> Vec<&Row> {
    state
        .videos
        .rows()
        .filter(|(_, category)| state.categories.path(*category).contains(&id))
        .map(|(row, _)| row)
        .collect()
}

fn tree(state: &State, parent: i64) -> Vec<Value> {
    let branch = |id: i64| {
        let mut row = state.categories.row(id)?;
        row.insert("video_count".to_owned(), videos_below(state, id).len().into());
        row.insert("children".to_owned(), tree(state, id).into());
        Some(Value::Object(row))
    };
    state.categories.children(parent).into_iter().filter_map(branch).collect()
}

/// Category 0, which is asked for when none is named, holds all of the first level.
fn get(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("category_id");
    state.categories.must_have(id)?;
    let root = || row(json!({ "id": NONE, "name": "", "parent_id": NONE, "level": 0 }));
    let mut category = state.categories.row(id).unwrap_or_else(root);
    category.insert("children".to_owned(), tree(state, id).into());
    Ok(Value::Object(category))
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("category_id");
    state.categories.0.get(id).ok_or_else(|| missing("分类"))?;
    if !videos_below(state, id).is_empty() {
        return Err(Failure::general("该分类下有视频，不能删除"));
    }
    let mut doomed = vec![id];
    while let Some(id) = doomed.pop() {
        doomed.extend(state.categories.children(id));
        state.categories.0.remove(id);
    }
    Ok(json!({ "category_id": id }))
}

fn list_videos(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("category_id");
    state.categories.must_have(id)?;
    let rows = videos_below(state, id).into_iter().cloned().map(Value::Object).collect();
    Ok(paging::page(input, rows))
}

fn put(state: &mut State, video: i64, category: i64) -> Result<Value, Failure> {
    state.categories.must_have(category)?;
    let levels = state.categories.levels(category);
    state.videos.get_mut(video)?.put(category, &levels);
    let mut answer = levels;
    answer.insert("video_id".to_owned(), video.into());
    answer.insert("category_id".to_owned(), category.into());
    Ok(Value::Object(answer))
}

/// Puts all of them or none.
fn put_batch(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (videos, category) = (input.ints("video_ids"), input.id("category_id"));
    for video in &videos {
        state.videos.get(*video)?;
    }
    let list: Result<Vec<Value>, Failure> = videos.into_iter().map(|video| put(state, video, category)).collect();
    Ok(json!({ "list": list? }))
}

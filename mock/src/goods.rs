//! Goods of live-selling rooms, and their pictures.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::state::{State, missing};
use crate::store::{Row, Store, row};

#[derive(Serialize, Deserialize)]
pub(crate) struct Goods {
    goods: Store<Row>,
    images: Store<Row>,
}

impl Goods {
    pub fn new(limit: usize) -> Goods {
        Goods { goods: Store::new(160, 1, limit), images: Store::new(121_250_312, 1, limit) }
    }

    /// The article of the call, which must belong to its room.
    fn of_room(&mut self, input: &Input) -> Result<&mut Row, Failure> {
        let room = input.id("room_id");
        self.goods
            .get_mut(input.id("goods_id"))
            .filter(|goods| goods.get("room_id").and_then(as_int) == Some(room))
            .ok_or_else(|| missing("商品"))
    }
}

pub(crate) const HANDLERS: Handlers = &[
    ("goods.add", add),
    ("goods.update", update),
    ("goods.delete", delete),
    ("goods.upload_image", upload_image),
    ("goods.list_images", list_images),
    ("goods.delete_image", delete_image),
];

fn add(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = state.goods.goods.insert(|_| input.row_without(&[]))?;
    Ok(json!({ "goods_id": id }))
}

fn update(state: &mut State, input: &Input) -> Result<Value, Failure> {
    state.goods.of_room(input)?.extend(input.row_without(&["goods_id", "room_id"]));
    Ok(Value::Null)
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    state.goods.of_room(input)?;
    state.goods.goods.remove(input.id("goods_id"));
    Ok(Value::Null)
}

fn upload_image(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = state.goods.images.insert(|id| {
        row(json!({ "media_id": id, "url": format!("{}/files/{id}", input.base), "create_time": input.now }))
    })?;
    Ok(json!(state.goods.images.get(id)))
}

fn list_images(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let rows = state.goods.images.iter().map(|(_, image)| Value::Object(image.clone())).collect();
    Ok(paging::page(input, rows))
}

fn delete_image(state: &mut State, input: &Input) -> Result<Value, Failure> {
    state.goods.images.remove(input.id("media_id")).map(|_| Value::Null).ok_or_else(|| missing("图片"))
}

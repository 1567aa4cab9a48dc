//! Over real HTTP.

pub type World = crate::common::World<baijiayun_mock::MockService>;

#[path = "behaviour/callbacks.rs"]
mod callbacks;
#[path = "behaviour/docs.rs"]
mod docs;
#[path = "behaviour/misbehaviour.rs"]
mod misbehaviour;
#[path = "behaviour/operations.rs"]
mod operations;
#[path = "behaviour/people_and_goods.rs"]
mod people_and_goods;
#[path = "behaviour/refusals.rs"]
mod refusals;
#[path = "behaviour/rooms.rs"]
mod rooms;
#[path = "behaviour/school.rs"]
mod school;
#[path = "behaviour/uploads.rs"]
mod uploads;
#[path = "behaviour/videos.rs"]
mod videos;

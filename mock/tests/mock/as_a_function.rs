//! Without connections.

pub type World = crate::common::World<crate::shells::Function>;

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

#[test]
fn whatever_the_caller_takes_for_the_time_it_goes_on() {
    use baijiayun_mock::{Builder, Head};
    let head = Head { method: "GET", target: "/openapi/room/list", headers: &[], base: "http://mock" };
    let mut mock = Builder::default().build();
    for now in [i64::MIN, 0, i64::MAX, 1_893_456_000_000] {
        assert!(mock.handle(&head, b"", now).body.contains("partner_id"), "{now}");
        let left = mock.advance(u64::MAX, now);
        assert_eq!(left, 0, "{now}");
    }
}

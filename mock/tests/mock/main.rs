//! The mock over real HTTP, one program: linking many takes longer than the tests.

mod common;
mod docs;
mod misbehaviour;
mod operations;
mod peers;
mod people_and_goods;
mod refusals;
mod rooms;
mod uploads;
mod videos;

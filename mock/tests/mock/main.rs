//! The mock as its users see it, one program: linking many takes longer than the tests. What it does is tested twice, over
//! real HTTP and as a function: the tests in `behaviour/` are those of both.
#![allow(clippy::duplicate_mod, reason = "that is how they are those of both")]

mod as_a_function;
mod common;
mod on_a_port;
mod peers;
mod service;
mod shells;

//! The page at the mock's root, and what it shows: what the mock holds and what came lately. For this machine only.

use serde_json::{Value, json};

use crate::clock;
use crate::http::{Head, Reply};
use crate::input::plain;
use crate::mock::Mock;

const PAGE: &str = include_str!("page.html");

/// What the page may do: nothing but ask this mock.
const POLICY: (&str, &str) = (
    "content-security-policy",
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'",
);

/// The most rows of a table.
const ROWS: usize = 50;

/// Whether a request comes from a page of this machine: one that was lured here by a name of its own is not shown anything.
pub(crate) fn is_near(head: &Head<'_>) -> bool {
    let Some(host) = head.header("host") else { return true };
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

pub(crate) fn page() -> Reply {
    let mut reply = Reply::html(PAGE.to_owned());
    reply.headers.push(POLICY);
    reply
}

pub(crate) fn overview(mock: &Mock) -> Reply {
    let state = &mock.state;
    let rooms = state.rooms.iter().take(ROWS).map(|(id, room)| {
        let text = |name: &str| room.row.get(name).map(plain).unwrap_or_default();
        let start = text("start_time").parse().map_or_else(|_| text("start_time"), clock::datetime);
        json!({ "room_id": id.to_string(), "title": text("title"), "start_time": start, "in_class": room.in_class })
    });
    let requests = mock.received.iter().rev().take(ROWS).map(|(at, received)| {
        let mut shown = received.to_json();
        shown["params"] = json!(received.without_secrets());
        shown["time"] = time(*at).into();
        shown
    });
    let callbacks = state.outbox.all().rev().take(ROWS).map(|delivery| {
        let mut shown = delivery.to_json();
        // It is signed, and long.
        shown["body"] = Value::Null;
        shown["time"] = time(delivery.at).into();
        shown
    });
    Reply::json(
        200,
        &json!({
            "partner_id": mock.partner_id,
            "time": clock::datetime(state.now()),
            "counts": state.counts(),
            "rooms": rooms.collect::<Value>(),
            "requests": requests.collect::<Value>(),
            "callbacks": callbacks.collect::<Value>(),
        }),
    )
}

fn time(milliseconds: i64) -> String {
    clock::datetime(clock::seconds(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_names_are_far() {
        let near = |host: &str| is_near(&Head { method: "GET", target: "/", headers: &[("host", host)], base: "" });
        for host in ["127.0.0.1:8765", "localhost:8765", "localhost", "[::1]:8765", "[::1]"] {
            assert!(near(host), "{host}");
        }
        for host in ["evil.example:8765", "evil.example", "127.0.0.1.evil.example", ""] {
            assert!(!near(host), "{host}");
        }
    }
}

//! Errors: which may pass, and what led to them.

use std::sync::Arc;

use baijiayun_core::{Error, ErrorKind};

#[test]
fn errors_that_may_pass_are_told_apart() {
    for (kind, status, passes) in [
        (ErrorKind::Connect, None, true),
        (ErrorKind::Timeout, None, true),
        (ErrorKind::Transport, None, true),
        (ErrorKind::Throttled, Some(200), true),
        (ErrorKind::NotJson, Some(200), true),
        (ErrorKind::HttpStatus, Some(502), true),
        (ErrorKind::HttpStatus, Some(403), false),
        (ErrorKind::Service, Some(503), true),
        (ErrorKind::Service, Some(200), false),
        (ErrorKind::RoomNotFound, Some(200), false),
        (ErrorKind::InvalidParameters, None, false),
        (ErrorKind::Closed, None, false),
        (ErrorKind::Decode, Some(200), false),
    ] {
        let error = Error::new(kind, "room.info");
        let error = status.map_or(error.clone(), |status| error.with_answer(status, b""));
        assert_eq!(error.is_transient(), passes, "{kind} {status:?}");
    }
}

#[test]
fn an_error_has_what_led_to_it() {
    let cause: Arc<dyn std::error::Error + Send + Sync> = Arc::new(std::io::Error::other("cut"));
    let error = Error::new(ErrorKind::Transport, "room.info").with_source(cause);
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.downcast_ref::<std::io::Error>().is_some_and(|error| error.to_string() == "cut"));
}

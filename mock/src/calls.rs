//! From a call of the API to its answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::auth;
use crate::body::{Reader, Sent};
use crate::canned::Canned;
use crate::catalog::Endpoint;
use crate::examples;
use crate::failure::Failure;
use crate::http::{Head, Reply};
use crate::input::Input;
use crate::misbehave::Fault;
use crate::mock::Mock;
#[cfg(feature = "full")]
use crate::received::Received;
use crate::received::Verdict;
#[cfg(feature = "full")]
use crate::reports;
use crate::wire;

/// A call that is coming in.
pub(crate) struct Call {
    path: String,
    endpoint: Option<Endpoint>,
    course: Course,
}

/// How it goes on.
enum Course {
    /// It fails on purpose.
    Fault(Fault),
    /// It is refused, whatever else comes.
    Refused(Failure),
    /// It is read and answered.
    Read(Endpoint, Canned, Box<Reader>),
}

impl Call {
    pub fn begin(mock: &mut Mock, head: &Head<'_>) -> Call {
        let path = head.path().to_owned();
        let endpoint = mock.catalog.find(&path);
        let course = match mock.faults.next() {
            Some(fault) => Course::Fault(fault),
            None => begin(mock, head, endpoint).unwrap_or_else(Course::Refused),
        };
        Call { path, endpoint, course }
    }

    pub fn is_hungry(&self) -> bool {
        matches!(&self.course, Course::Read(_, canned, _) if canned.reads())
    }

    pub fn take(&mut self, piece: &[u8]) {
        if let Course::Read(_, _, reader) = &mut self.course
            && let Err(failure) = reader.take(piece)
        {
            self.course = Course::Refused(failure);
        }
    }

    pub fn finish(self, mock: &mut Mock, body: Result<(), String>, base: &str) -> Reply {
        let mut params = BTreeMap::new();
        let (verdict, mut reply) = match self.course {
            Course::Fault(fault) => (Verdict::Misbehaved, misbehave(fault, mock.state.now())),
            Course::Refused(failure) => refused(&failure, mock.state.now()),
            Course::Read(endpoint, canned, reader) => {
                let answered = body
                    .map_err(Failure::parameter)
                    .and_then(|()| reader.finish())
                    .and_then(|sent| answer(mock, endpoint, canned, sent, &mut params, base));
                answered.unwrap_or_else(|failure| refused(&failure, mock.state.now()))
            }
        };
        if mock.faults.behaviour().throttles_with_200 && reply.status == 429 {
            reply.status = 200;
        }
        mock.record(self.path, self.endpoint.map(|endpoint| endpoint.operation.name.as_ref()), params, verdict);
        #[cfg(feature = "full")]
        mock.write_down(&reply);
        reply
    }
}

fn begin(mock: &mut Mock, head: &Head<'_>, endpoint: Option<Endpoint>) -> Result<Course, Failure> {
    let canned = endpoint.map_or(Canned::Own, |endpoint| mock.canned.next(&endpoint.operation.name));
    if !mock.rate.admits(mock.state.time) {
        return Err(Failure::throttled());
    }
    let is_taken = matches!(head.method, "GET" | "POST");
    let endpoint = endpoint.filter(|_| is_taken).ok_or_else(Failure::path)?;
    Ok(Course::Read(endpoint, canned, Box::new(Reader::new(head)?)))
}

fn answer(
    mock: &mut Mock,
    endpoint: Endpoint,
    canned: Canned,
    sent: Sent,
    params: &mut BTreeMap<String, String>,
    base: &str,
) -> Result<(Verdict, Reply), Failure> {
    *params = sent.shown();
    #[cfg(feature = "full")]
    if let Some(answered) = replayed(mock, endpoint, params) {
        return Ok(answered);
    }
    let now = mock.state.now();
    let mut data = match canned {
        Canned::Own => carry_out(mock, endpoint, sent, base)?,
        Canned::Data(data) => {
            auth::check(endpoint.operation, &sent, &mock.rules(mock.state.key()))?;
            data
        }
        Canned::Refuse { code, msg } => return Err(Failure::told(code, msg)),
        Canned::Http { status, body } => return Ok((Verdict::Misbehaved, Reply::text(status, body))),
        Canned::Drop => return Ok((Verdict::Misbehaved, Reply::cut())),
    };
    if mock.faults.behaviour().php_loose {
        data = wire::loosen(data, &endpoint.described.response);
    }
    let answer = json!({ "code": endpoint.operation.success, "data": data, "msg": "", "ts": now });
    Ok((Verdict::Accepted, Reply::json(200, &answer)))
}

#[cfg(feature = "full")]
/// The answer that was recorded, if one is to be given.
fn replayed(mock: &mut Mock, endpoint: Endpoint, params: &BTreeMap<String, String>) -> Option<(Verdict, Reply)> {
    let replay = mock.replay.as_mut()?;
    let operation = Some(endpoint.operation.name.to_string());
    let received = Received { path: String::new(), operation, params: params.clone(), verdict: Verdict::Accepted };
    replay.next(&received).map(|reply| (Verdict::Accepted, reply))
}

fn carry_out(mock: &mut Mock, endpoint: Endpoint, sent: Sent, base: &str) -> Result<Value, Failure> {
    let Endpoint { operation, described, handler } = endpoint;
    let params = auth::check(operation, &sent, &mock.rules(mock.state.key()))?;
    let size = sent.texts.iter().map(|(name, value)| name.len() + value.len()).sum();
    let state = &mut mock.state;
    let input = Input { operation, described, params, files: sent.files, now: state.now(), base };
    auth::check_things(state, &input)?;
    if !operation.read_only {
        state.must_hold(size)?;
    }
    match handler {
        Some(handler) => Ok(wire::dress(handler(state, &input)?, &described.response)),
        #[cfg(feature = "full")]
        None => match reports::answer(state, &input) {
            Some(data) => Ok(wire::dress(data, &described.response)),
            None => Ok(examples::answer(&input)),
        },
        #[cfg(not(feature = "full"))]
        None => Ok(examples::answer(&input)),
    }
}

fn misbehave(fault: Fault, now: i64) -> Reply {
    match fault {
        Fault::Drop => Reply::cut(),
        Fault::Error => Reply::text(503, "service unavailable".to_owned()),
        Fault::Throttle => refusal(&Failure::throttled(), now),
        Fault::Html => Reply::html("<!DOCTYPE html><html><body><h1>系统维护中</h1></body></html>".to_owned()),
    }
}

/// What a request is answered that is refused, and the verdict on it.
pub(crate) fn refused(failure: &Failure, now: i64) -> (Verdict, Reply) {
    (Verdict::Refused { code: failure.code, msg: failure.msg.clone() }, refusal(failure, now))
}

fn refusal(failure: &Failure, now: i64) -> Reply {
    Reply::json(failure.status, &json!({ "code": failure.code, "data": null, "msg": failure.msg, "ts": now }))
}

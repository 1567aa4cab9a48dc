//! Links for hosts in other languages.

use crate::account::Account;
use crate::error::{Error, ErrorKind, Fault, FaultKind};
use crate::links::{self, EnterRoom, Role};
use crate::operation::{Method, Operation};
use crate::value::{Params, Value};

/// A link, or what is needed to finish it.
pub(super) enum Link {
    Url(String),
    /// The key is not here: this text is to be signed, and the link asked for again with `signature`.
    Sign(String),
}

pub(super) fn link(account: &Account, kind: &str, params: &str) -> Result<Link, Error> {
    let given = Params::from_json(&Operation::raw(Method::Get, kind), if params.is_empty() { "{}" } else { params })?;
    let mut reader = Reader { given: &given, known: Vec::new(), faults: Vec::new() };
    match kind {
        "enter_room" => {
            let room_id = reader.need("room_id");
            let user_number = reader.need("user_number");
            let user_name = reader.need("user_name");
            let role = reader.role("user_role");
            let avatar = reader.maybe("user_avatar").unwrap_or_default();
            let signature = reader.maybe("signature");
            reader.finish(kind)?;
            let enter = EnterRoom::new(room_id, user_number, user_name).role(role).avatar(avatar);
            match (signature, account.signer()) {
                (Some(signature), _) => Ok(Link::Url(enter.finish(account, &signature))),
                (None, Some(_)) => enter.url(account).map(Link::Url),
                (None, None) => Ok(Link::Sign(enter.canonical())),
            }
        }
        "quick_enter" => {
            let (code, user_name) = (reader.need("code"), reader.need("user_name"));
            reader.finish(kind)?;
            Ok(Link::Url(links::quick_enter(account, &code, &user_name)))
        }
        "video_player" => {
            let (video_id, token) = (reader.need("video_id"), reader.need("token"));
            reader.finish(kind)?;
            Ok(Link::Url(links::video_player(account, video_id, &token)))
        }
        "playback" => {
            let (room_id, token) = (reader.need("room_id"), reader.need("token"));
            let session_id = reader.maybe("session_id");
            reader.finish(kind)?;
            Ok(Link::Url(links::playback(account, room_id, session_id.as_deref(), &token)))
        }
        "desktop_client" => {
            let link = reader.need("link");
            reader.finish(kind)?;
            Ok(Link::Url(links::in_desktop_client(&link)))
        }
        _ => Err(Error::new(ErrorKind::UnknownOperation, kind).with_message("there is no link of that kind")),
    }
}

/// Reads parameters and gathers what is wrong with them.
struct Reader<'a> {
    given: &'a Params,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn maybe(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        match self.given.get(name)? {
            Value::Text(text) => Some(text.clone()),
            Value::Int(number) => Some(number.to_string()),
            other => {
                let message = format!("takes a text, but {} was given", other.kind());
                self.fault(name, FaultKind::WrongType, message);
                None
            }
        }
    }

    fn need(&mut self, name: &'static str) -> String {
        let before = self.faults.len();
        let text = self.maybe(name).unwrap_or_default();
        if text.is_empty() && self.faults.len() == before {
            self.fault(name, FaultKind::Missing, "is required".to_owned());
        }
        text
    }

    fn role(&mut self, name: &'static str) -> Role {
        let Some(text) = self.maybe(name) else { return Role::default() };
        text.parse().ok().and_then(Role::of).unwrap_or_else(|| {
            self.fault(name, FaultKind::OutOfRange, "takes 0 (student), 1 (teacher) or 2 (assistant)".to_owned());
            Role::default()
        })
    }

    fn fault(&mut self, name: &str, kind: FaultKind, message: String) {
        self.faults.push(Fault { parameter: name.to_owned(), kind, message });
    }

    fn finish(mut self, kind: &str) -> Result<(), Error> {
        for (name, _) in self.given.iter() {
            if !self.known.contains(&name) {
                let message = format!("is not known; it takes {}", self.known.join(", "));
                self.faults.push(Fault { parameter: name.to_owned(), kind: FaultKind::Unknown, message });
            }
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Error::faulty(kind, self.faults)) }
    }
}

//! Links for hosts in other languages.

use crate::account::Account;
use crate::error::{Error, ErrorKind, Fault, FaultKind};
use crate::links::{self, CodePlayer, EnterRoom, Role};
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
            let user_number = reader.maybe("user_number");
            let user_name = reader.need("user_name");
            let role = reader.role("user_role");
            let avatar = reader.maybe("user_avatar").unwrap_or_default();
            let extra = reader.texts("extra");
            let signature = reader.maybe("signature");
            reader.finish(kind)?;
            let enter = match user_number {
                Some(number) => EnterRoom::new(room_id, number, user_name),
                None => EnterRoom::without_number(room_id, user_name),
            };
            let enter = enter.role(role).avatar(avatar);
            let enter = extra.into_iter().fold(enter, |enter, (name, value)| enter.extra(name, value));
            match (signature, account.signer()) {
                (Some(signature), _) => enter.finish(account, &signature).map(Link::Url),
                (None, Some(_)) => enter.url(account).map(Link::Url),
                (None, None) => enter.canonical().map(Link::Sign),
            }
        }
        "prepare" => {
            let (room_id, code) = (reader.need("room_id"), reader.maybe("code"));
            reader.finish(kind)?;
            links::prepare(account, room_id, code.as_deref()).map(Link::Url)
        }
        "quick_enter" => {
            let (code, user_name) = (reader.need("code"), reader.need("user_name"));
            reader.finish(kind)?;
            links::quick_enter(account, &code, &user_name).map(Link::Url)
        }
        "code_player" => {
            let player = CodePlayer {
                code: reader.need("code"),
                user_name: reader.need("user_name"),
                user_number: reader.maybe("user_number"),
                width: reader.pixels("width"),
                height: reader.pixels("height"),
                show_controls: reader.flag("show_controls"),
            };
            reader.finish(kind)?;
            player.url(account).map(Link::Url)
        }
        "video_player" => {
            let (video_id, token) = (reader.need("video_id"), reader.need("token"));
            reader.finish(kind)?;
            links::video_player(account, video_id, &token).map(Link::Url)
        }
        "mobile_video_player" => {
            let (video_id, token) = (reader.need("video_id"), reader.need("token"));
            reader.finish(kind)?;
            links::mobile_video_player(account, video_id, &token).map(Link::Url)
        }
        "playback" => {
            let (room_id, token) = (reader.need("room_id"), reader.need("token"));
            let session_id = reader.maybe("session_id");
            reader.finish(kind)?;
            links::playback(account, room_id, session_id.as_deref(), &token).map(Link::Url)
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
    #[inline(never)]
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

    #[inline(never)]
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

    fn pixels(&mut self, name: &'static str) -> Option<u32> {
        let text = self.maybe(name)?;
        let number = text.parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            self.fault(name, FaultKind::WrongType, "takes a number of pixels".to_owned());
        }
        number
    }

    fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.known.push(name);
        match self.given.get(name)? {
            Value::Bool(flag) => Some(*flag),
            other => {
                let message = format!("takes true or false, but {} was given", other.kind());
                self.fault(name, FaultKind::WrongType, message);
                None
            }
        }
    }

    /// The members of an object, which are texts or numbers.
    fn texts(&mut self, name: &'static str) -> Vec<(String, String)> {
        self.known.push(name);
        let Some(value) = self.given.get(name) else { return Vec::new() };
        let members = match value {
            Value::Json(object) => Params::from_json(&Operation::raw(Method::Get, name), object).ok(),
            _ => None,
        };
        let Some(members) = members else {
            self.fault(name, FaultKind::WrongType, "takes an object of names and texts".to_owned());
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (member, value) in members.iter() {
            match value {
                Value::Text(text) => texts.push((member.to_owned(), text.clone())),
                Value::Int(number) => texts.push((member.to_owned(), number.to_string())),
                other => {
                    let message = format!("takes texts, but {} was given", other.kind());
                    self.fault(member, FaultKind::WrongType, message);
                }
            }
        }
        texts
    }

    #[inline(never)]
    fn fault(&mut self, name: &str, kind: FaultKind, message: String) {
        self.faults.push(Fault { parameter: name.to_owned(), kind, message });
    }

    #[inline(never)]
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

//! Links for people: into a room, to a video, to a playback.
//!
//! The documents do not describe these pages. Where one prints an address in
//! an example it is said here; the rest is from public material: the code of
//! 7 to 9 integrators in PHP, Java, Go and Python, links that people and the
//! vendor's own demos show, and the vendor's public web SDK.
//!
//! | page | seen in |
//! |---|---|
//! | `/web/room/enter` | code of 9 integrators; without `user_number` since 2025 |
//! | `/web/room/prepare` | 002 lines 4177, 4199, 4283, 4371, 12104; the vendor's demos, 3 projects |
//! | `/web/room/quickenter` | 003 line 4522; the vendor's demos |
//! | `/web/room/codePlayer` | one proof of concept of 2026 |
//! | `/web/video/player`, `/m/video/player` | an example of the video document; code of 7 integrators, the second for phones |
//! | `/web/playback/index` | code of 8 integrators |
//!
//! ```
//! use baijiayun_core::Account;
//! use baijiayun_core::links::{EnterRoom, Role};
//!
//! let account = Account::new("demo", "12345678", "the partner key")?;
//! let link = EnterRoom::new(12345678901234_i64, 10001_i64, "王老师").role(Role::Teacher).url(&account)?;
//! assert_eq!(
//!     link,
//!     "https://demo.at.baijiayun.com/web/room/enter?room_id=12345678901234&user_avatar=\
//!      &user_name=%E7%8E%8B%E8%80%81%E5%B8%88&user_number=10001&user_role=1&sign=f9be9752f065c57b8f1dfe3ae00f5f6f"
//! );
//! # Ok::<(), baijiayun_core::Error>(())
//! ```
//!
//! # What is refused
//!
//! The text that is signed joins `name=value` with `&` and escapes nothing. A
//! student called `x&user_number=999&user_role=1` would hold a signature that
//! fits a teacher's link as well: whoever has a link can cut its text anew. So
//! a text in a link must not hold
//!
//! - `&`: it begins another field;
//! - `=` in a name, a number or a code: the field could be read as another one, with a longer name
//!   (the address of a picture and a token may hold it: there it can at most make the field itself vanish);
//! - control characters, such as line breaks and NUL: no name has them, and a signer that reads lines, or
//!   a page that ends a text at NUL, would see another one.
//!
//! The numbers of rooms, videos and users are numbers from 1 up: the pages take what is none for 0.
//!
//! Blanks, `%26` and other signs move no border: they are encoded once, and
//! what the page decodes once is what was signed.

use crate::account::Account;
use crate::error::{Error, ErrorKind, Fault, FaultKind};
use crate::form;
use crate::sign;
use crate::value::Id;

/// A link that lets one user into a room, without a code.
///
/// It is signed like a request, but over the parameters that are in it alone: no
/// partner_id, no timestamp. So it does not expire: hand it to that user only.
/// Several integrators sign an empty avatar too, as here.
///
/// Where the key is on another machine, have [`EnterRoom::canonical`] signed
/// there and go on with [`EnterRoom::finish`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterRoom {
    room_id: String,
    user_number: Option<String>,
    user_name: String,
    role: Role,
    avatar: String,
    extra: Vec<(String, String)>,
}

/// As what a user enters a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// 0
    #[default]
    Student,
    /// 1
    Teacher,
    /// 2
    Assistant,
}

impl Role {
    /// The role of this number, if there is one.
    pub fn of(number: i64) -> Option<Role> {
        match number {
            0 => Some(Role::Student),
            1 => Some(Role::Teacher),
            2 => Some(Role::Assistant),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Role::Student => "0",
            Role::Teacher => "1",
            Role::Assistant => "2",
        }
    }
}

impl EnterRoom {
    /// A student's link. The number is that of the user in your own system, and not 0.
    pub fn new(room_id: impl Into<Id>, user_number: impl Into<Id>, user_name: impl Into<String>) -> EnterRoom {
        EnterRoom { user_number: Some(user_number.into().to_string()), ..EnterRoom::without_number(room_id, user_name) }
    }

    /// A student's link without a number, as links of 2025 are: the service gives the user one.
    pub fn without_number(room_id: impl Into<Id>, user_name: impl Into<String>) -> EnterRoom {
        EnterRoom {
            room_id: room_id.into().to_string(),
            user_number: None,
            user_name: user_name.into(),
            role: Role::default(),
            avatar: String::new(),
            extra: Vec::new(),
        }
    }

    /// As what the user enters.
    #[must_use]
    pub fn role(mut self, role: Role) -> EnterRoom {
        self.role = role;
        self
    }

    /// The address of the user's picture.
    #[must_use]
    pub fn avatar(mut self, url: impl Into<String>) -> EnterRoom {
        self.avatar = url.into();
        self
    }

    /// A parameter that stands behind the signature and is not signed, so that anybody can change it: public
    /// code adds `status`, `customstr`, `share_url`, `meeting_id` and `pay_channel`.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> EnterRoom {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// The signed parameters, sorted.
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let number = self.user_number.as_deref().map(|number| ("user_number", number));
        [("room_id", self.room_id.as_str()), ("user_avatar", &self.avatar), ("user_name", &self.user_name)]
            .into_iter()
            .chain(number)
            .chain([("user_role", self.role.as_str())])
    }

    fn check(&self) -> Result<(), Error> {
        let mut faults: Vec<Fault> = self.pairs().filter_map(|(name, text)| fault(name, text)).collect();
        for (index, (name, value)) in self.extra.iter().enumerate() {
            faults.extend(extra_fault(name, value));
            if self.extra.iter().take(index).any(|(other, _)| other == name) {
                faults.push(wrong(name, "is there twice"));
            }
        }
        refuse("enter_room", faults)
    }

    /// The text to be signed, without the key.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if a text could be read as another field (see [the module](self)).
    pub fn canonical(&self) -> Result<String, Error> {
        self.check()?;
        Ok(sign::canonical(self.pairs()))
    }

    /// The link with a signature of [`EnterRoom::canonical`].
    ///
    /// # Errors
    /// As [`EnterRoom::canonical`]; [`ErrorKind::Signing`] if it is no signature.
    pub fn finish(&self, account: &Account, signature: &str) -> Result<String, Error> {
        self.check()?;
        let signing = |reason: String| Error::new(ErrorKind::Signing, "enter_room").with_message(reason);
        let signature = &sign::checked(signature.to_owned()).map_err(signing)?;
        let extra = self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(address(account, "/web/room/enter", self.pairs().chain([("sign", signature.as_str())]).chain(extra)))
    }

    /// The link, signed with the account's key.
    ///
    /// # Errors
    /// As [`EnterRoom::canonical`]; [`ErrorKind::Signing`] if the account has no signer, or it gives no signature.
    pub fn url(&self, account: &Account) -> Result<String, Error> {
        let failed = |reason: String| Error::new(ErrorKind::Signing, "").with_message(reason);
        let canonical = self.canonical()?;
        let signer = account.signer().ok_or_else(|| {
            failed("the account has no key here".to_owned())
                .with_hint("have the canonical text signed elsewhere, and finish the link with the signature")
        })?;
        self.finish(account, &signer.sign(&canonical).map_err(failed)?)
    }
}

/// The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`]: see [the module](self).
pub fn prepare(account: &Account, room_id: impl Into<Id>, code: Option<&str>) -> Result<String, Error> {
    let room_id = room_id.into().to_string();
    let code = code.map(|code| ("code", code));
    page(account, "prepare", "/web/room/prepare", [("room_id", room_id.as_str())].into_iter().chain(code))
}

/// A link by which whoever has it enters under that name with a join code (参加码).
///
/// # Errors
/// [`ErrorKind::InvalidParameters`]: see [the module](self).
pub fn quick_enter(account: &Account, code: &str, user_name: &str) -> Result<String, Error> {
    page(account, "quick_enter", "/web/room/quickenter", [("code", code), ("user_name", user_name)])
}

/// A room in a page of yours: the address for an iframe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodePlayer {
    /// The join code (参加码).
    pub code: String,
    /// The name that the others see.
    pub user_name: String,
    /// The number of the user in your own system.
    pub user_number: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// Whether the player has controls.
    pub show_controls: Option<bool>,
}

impl CodePlayer {
    /// The address.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`]: see [the module](self).
    pub fn url(&self, account: &Account) -> Result<String, Error> {
        let (width, height) = (self.width.map(|n| n.to_string()), self.height.map(|n| n.to_string()));
        let controls = self.show_controls.map(|shown| if shown { "true" } else { "false" });
        let options = [
            ("user_number", self.user_number.as_deref()),
            ("width", width.as_deref()),
            ("height", height.as_deref()),
            ("showControls", controls),
        ];
        let given = options.into_iter().filter_map(|(name, text)| Some((name, text?)));
        let pairs = [("code", self.code.as_str()), ("user_name", &self.user_name)].into_iter().chain(given);
        page(account, "code_player", "/web/room/codePlayer", pairs)
    }
}

/// The player of a video. The token is that of `video.get_player_token`.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`]: see [the module](self).
pub fn video_player(account: &Account, video_id: impl Into<Id>, token: &str) -> Result<String, Error> {
    player(account, "video_player", "/web/video/player", video_id.into(), token)
}

/// The player of a video for phones.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`]: see [the module](self).
pub fn mobile_video_player(account: &Account, video_id: impl Into<Id>, token: &str) -> Result<String, Error> {
    player(account, "mobile_video_player", "/m/video/player", video_id.into(), token)
}

fn player(account: &Account, kind: &str, path: &str, video_id: Id, token: &str) -> Result<String, Error> {
    page(account, kind, path, [("vid", video_id.to_string().as_str()), ("token", token)])
}

/// The playback of a class. The token is that of `playback.get_player_token`.
/// A room that was used for several classes has a playback for each: name the session then.
///
/// # Errors
/// [`ErrorKind::InvalidParameters`]: see [the module](self).
pub fn playback(
    account: &Account,
    room_id: impl Into<Id>,
    session_id: Option<&str>,
    token: &str,
) -> Result<String, Error> {
    let room_id = room_id.into().to_string();
    let session = session_id.map(|session| ("session_id", session));
    let pairs = [("classid", room_id.as_str())].into_iter().chain(session).chain([("token", token)]);
    page(account, "playback", "/web/playback/index", pairs)
}

/// The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed.
pub fn in_desktop_client(link: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(link.as_bytes()).collect();
    format!("baijiacloud://urlpath={encoded}&token=token&ts=ts")
}

/// A page that is not signed. What a nickname may hold is the same for all links.
fn page<'p>(
    account: &Account,
    kind: &str,
    path: &str,
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> Result<String, Error> {
    let pairs: Vec<_> = pairs.into_iter().collect();
    refuse(kind, pairs.iter().filter_map(|(name, text)| fault(name, text)).collect())?;
    Ok(address(account, path, pairs))
}

fn address<'p>(account: &Account, path: &str, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    format!("{}?{}", account.page(path), form::encode(pairs))
}

fn refuse(kind: &str, faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::faulty(kind, faults)) }
}

fn wrong(name: &str, message: &str) -> Fault {
    Fault { parameter: name.to_owned(), kind: FaultKind::WrongType, message: message.to_owned() }
}

/// What makes a text unfit for a link, if anything: see [the module](self).
fn fault(name: &str, text: &str) -> Option<Fault> {
    let may_hold_equals = matches!(name, "user_avatar" | "token");
    let message = if text.contains('&') {
        "holds &, so that it could be read as another field of the link"
    } else if text.contains('=') && !may_hold_equals {
        "holds =, so that it could be read as another field of the link"
    } else if text.contains(char::is_control) {
        "holds a line break or another control character"
    } else if matches!(name, "room_id" | "user_number" | "classid" | "vid") && !is_number(text) {
        "has to be a number from 1 up, of at most 20 digits"
    } else {
        return None;
    };
    Some(wrong(
        match name {
            "classid" => "room_id",
            "vid" => "video_id",
            _ => name,
        },
        message,
    ))
}

/// The service has no room, video or user 0, and takes what is no number for it.
fn is_number(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|digit| digit.is_ascii_digit()) && text.bytes().any(|digit| digit != b'0')
}

/// Pages in PHP take the last of two fields of one name, and read other signs in a name as `_`.
fn extra_fault(name: &str, value: &str) -> Option<Fault> {
    const SIGNED: [&str; 8] =
        ["room_id", "user_avatar", "user_name", "user_number", "user_role", "sign", "partner_id", "timestamp"];
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        Some(wrong(name, "is no name for an extra parameter: letters, digits and _ only"))
    } else if SIGNED.iter().any(|signed| signed.eq_ignore_ascii_case(name)) {
        Some(wrong(name, "is a field of the link itself, not an extra parameter"))
    } else if value.contains(char::is_control) {
        Some(wrong(name, "holds a line break or another control character"))
    } else {
        None
    }
}

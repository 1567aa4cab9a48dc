//! Links for people: into a room, to a video, to a playback.
//!
//! The documents leave these pages out (one prints the address of the video
//! player in an example). What is here is from public material: the code of
//! integrators in PHP, Java and Python, links that people and the vendor's own
//! demos show, and the vendor's public web SDK. They agree with each other.
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

use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::form;
use crate::sign;
use crate::value::Id;

/// A link that lets one user into a room, without a code.
///
/// It is signed like a request, but over these five parameters alone: no
/// partner_id, no timestamp. So it does not expire: hand it to that user only.
/// Several integrators sign an empty avatar too, as here.
///
/// Where the key is on another machine, have [`EnterRoom::canonical`] signed
/// there and go on with [`EnterRoom::finish`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterRoom {
    room_id: String,
    user_number: String,
    user_name: String,
    role: Role,
    avatar: String,
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
        EnterRoom {
            room_id: room_id.into().to_string(),
            user_number: user_number.into().to_string(),
            user_name: user_name.into(),
            role: Role::default(),
            avatar: String::new(),
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

    /// The parameters, sorted.
    fn pairs(&self) -> [(&str, &str); 5] {
        [
            ("room_id", &self.room_id),
            ("user_avatar", &self.avatar),
            ("user_name", &self.user_name),
            ("user_number", &self.user_number),
            ("user_role", self.role.as_str()),
        ]
    }

    /// The text to be signed, without the key.
    pub fn canonical(&self) -> String {
        sign::canonical(self.pairs())
    }

    /// The link with a signature of [`EnterRoom::canonical`].
    pub fn finish(&self, account: &Account, signature: &str) -> String {
        page(account, "/web/room/enter", self.pairs().into_iter().chain([("sign", signature)]))
    }

    /// The link, signed with the account's key.
    ///
    /// # Errors
    /// [`ErrorKind::Signing`] if the account has no signer, or it gives no signature.
    pub fn url(&self, account: &Account) -> Result<String, Error> {
        let failed = |reason: String| Error::new(ErrorKind::Signing, "").with_message(reason);
        let signer = account.signer().ok_or_else(|| {
            failed("the account has no key here".to_owned())
                .with_hint("have the canonical text signed elsewhere, and finish the link with the signature")
        })?;
        Ok(self.finish(account, &signer.sign(&self.canonical()).map_err(failed)?))
    }
}

/// A link by which whoever has it enters under that name with a join code (参加码).
pub fn quick_enter(account: &Account, code: &str, user_name: &str) -> String {
    page(account, "/web/room/quickenter", [("code", code), ("user_name", user_name)])
}

/// The player of a video. The token is that of `video.get_player_token`.
pub fn video_player(account: &Account, video_id: impl Into<Id>, token: &str) -> String {
    page(account, "/web/video/player", [("vid", video_id.into().to_string().as_str()), ("token", token)])
}

/// The playback of a class. The token is that of `playback.get_player_token`.
/// A room that was used for several classes has a playback for each: name the session then.
pub fn playback(account: &Account, room_id: impl Into<Id>, session_id: Option<&str>, token: &str) -> String {
    let room_id = room_id.into().to_string();
    let session = session_id.map(|session| ("session_id", session));
    let pairs = [("classid", room_id.as_str())].into_iter().chain(session).chain([("token", token)]);
    page(account, "/web/playback/index", pairs)
}

/// The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed.
pub fn in_desktop_client(link: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(link.as_bytes()).collect();
    format!("baijiacloud://urlpath={encoded}&token=token&ts=ts")
}

fn page<'p>(account: &Account, path: &str, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    format!("{}?{}", account.page(path), form::encode(pairs))
}

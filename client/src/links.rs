//! Links for people: into a room, to a video, to a playback.

use baijiayun_core::{Error, ErrorKind, Id, links};

use crate::Client;

pub use baijiayun_core::links::{CodePlayer, Role};

impl Client {
    /// Links into rooms and to recordings, which people open in a browser.
    /// The documents leave them out: the rules are from public material (see
    /// [`core::links`](baijiayun_core::links)).
    pub fn links(&self) -> Links<'_> {
        Links(self)
    }
}

/// Links into rooms and to recordings. Nothing is sent to make one.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a>(&'a Client);

impl<'a> Links<'a> {
    /// A link that lets one user into a room without a code: as a student, if
    /// nothing else is said. It does not expire: hand it to that user only.
    pub fn enter_room(
        &self,
        room_id: impl Into<Id>,
        user_number: impl Into<Id>,
        user_name: impl Into<String>,
    ) -> EnterRoom<'a> {
        EnterRoom { client: self.0, link: links::EnterRoom::new(room_id, user_number, user_name) }
    }

    /// As [`Links::enter_room`], for a user without a number: the service gives one.
    pub fn enter_room_without_number(&self, room_id: impl Into<Id>, user_name: impl Into<String>) -> EnterRoom<'a> {
        EnterRoom { client: self.0, link: links::EnterRoom::without_number(room_id, user_name) }
    }

    /// The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if a text could be read as another field (see [`links`]).
    pub fn prepare(&self, room_id: impl Into<Id>, code: Option<&str>) -> Result<String, Error> {
        links::prepare(self.0.account(), room_id, code)
    }

    /// A link by which whoever has it enters under that name with a join code (参加码).
    ///
    /// # Errors
    /// As [`Links::prepare`].
    pub fn quick_enter(&self, code: &str, user_name: &str) -> Result<String, Error> {
        links::quick_enter(self.0.account(), code, user_name)
    }

    /// A room in a page of yours: the address for an iframe.
    ///
    /// # Errors
    /// As [`Links::prepare`].
    pub fn code_player(&self, player: &CodePlayer) -> Result<String, Error> {
        player.url(self.0.account())
    }

    /// The player of a video. The token is that of `video().get_player_token(...)`.
    ///
    /// # Errors
    /// As [`Links::prepare`].
    pub fn video_player(&self, video_id: impl Into<Id>, token: &str) -> Result<String, Error> {
        links::video_player(self.0.account(), video_id, token)
    }

    /// The player of a video for phones.
    ///
    /// # Errors
    /// As [`Links::prepare`].
    pub fn mobile_video_player(&self, video_id: impl Into<Id>, token: &str) -> Result<String, Error> {
        links::mobile_video_player(self.0.account(), video_id, token)
    }

    /// The playback of a class. The token is that of `playback().get_player_token(...)`.
    /// A room that was used for several classes has a playback for each: name the session then.
    ///
    /// # Errors
    /// As [`Links::prepare`].
    pub fn playback(&self, room_id: impl Into<Id>, session_id: Option<&str>, token: &str) -> Result<String, Error> {
        links::playback(self.0.account(), room_id, session_id, token)
    }

    /// The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed.
    pub fn in_desktop_client(&self, link: &str) -> String {
        links::in_desktop_client(link)
    }
}

/// A link into a room that is being put together.
#[derive(Debug, Clone)]
#[must_use = "`url` or `signed_url` makes the link"]
pub struct EnterRoom<'a> {
    client: &'a Client,
    link: links::EnterRoom,
}

impl EnterRoom<'_> {
    /// As what the user enters.
    pub fn role(self, role: Role) -> Self {
        EnterRoom { link: self.link.role(role), ..self }
    }

    /// The address of the user's picture.
    pub fn avatar(self, url: impl Into<String>) -> Self {
        EnterRoom { link: self.link.avatar(url), ..self }
    }

    /// A parameter that stands behind the signature and is not signed, so that anybody can change it:
    /// public code adds `status`, `customstr`, `share_url`, `meeting_id` and `pay_channel`.
    pub fn extra(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        EnterRoom { link: self.link.extra(name, value), ..self }
    }

    /// The link, signed with the account's key.
    ///
    /// # Errors
    /// As [`Links::prepare`]; [`ErrorKind::Signing`] if the key is not here: see [`EnterRoom::signed_url`].
    pub fn url(self) -> Result<String, Error> {
        self.link.url(self.client.account())
    }

    /// The link, signed with the account's key or by the client's [`RemoteSigner`](crate::RemoteSigner).
    ///
    /// # Errors
    /// As [`Links::prepare`]; [`ErrorKind::Signing`] if neither gives a signature.
    pub async fn signed_url(self) -> Result<String, Error> {
        let driver = self.client.driver();
        let Some(signer) = &driver.signer else { return self.url() };
        let signed = signer.sign(self.link.canonical()?).await;
        let signature = signed.map_err(|reason| Error::new(ErrorKind::Signing, "").with_message(reason))?;
        self.link.finish(&driver.account, &signature)
    }
}

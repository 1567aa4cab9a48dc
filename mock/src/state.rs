//! Everything that the mock remembers.

use baijiayun_core::PartnerKey;

use crate::accounts::Accounts;
use crate::callbacks::{Post, Sender};
use crate::codes::Codes;
use crate::docs::Docs;
use crate::failure::Failure;
use crate::goods::Goods;
use crate::rooms::Rooms;
use crate::store::{Row, Store};
use crate::users::Users;
use crate::video_categories::Categories;
use crate::videos::{Transcoding, Videos};

pub(crate) struct State {
    pub accounts: Accounts,
    pub rooms: Rooms,
    pub codes: Codes,
    pub docs: Docs,
    pub videos: Videos,
    pub categories: Categories,
    pub subtitles: Store<Row>,
    pub users: Users,
    pub goods: Goods,
    pub words: Store<Row>,
    pub sender: Sender,
    /// Callbacks that are to be sent when the call is done.
    pub outbox: Vec<Post>,
}

impl State {
    /// With room for at most `limit` things of each kind.
    pub fn new(partner_id: &str, key: String, limit: usize, transcoding: Transcoding) -> State {
        State {
            accounts: Accounts::default(),
            rooms: Rooms::new(limit),
            codes: Codes::new(limit),
            docs: Docs::new(limit),
            videos: Videos::new(limit, transcoding),
            categories: Categories::new(limit),
            subtitles: Store::new(261, 1, limit),
            users: Users::new(limit),
            goods: Goods::new(limit),
            words: Store::new(70_761, 1, limit),
            sender: Sender::new(partner_id, key),
            outbox: Vec::new(),
        }
    }

    pub fn key(&self) -> PartnerKey {
        PartnerKey::new(self.sender.key())
    }

    /// Puts a callback into the outbox; nobody hears it if there is no address.
    pub fn post(&mut self, name: &str, url: &str, params: Vec<(String, String)>) {
        if !url.is_empty() {
            match self.sender.post(name, url, params) {
                Ok(post) => self.outbox.push(post),
                Err(error) => tracing::warn!(name, %error, "callback not signed"),
            }
        }
    }
}

/// The refusal for a thing that the documents give no code for.
pub(crate) fn missing(what: &str) -> Failure {
    Failure::general(format!("{what}不存在"))
}

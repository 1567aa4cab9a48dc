//! Everything that the mock remembers.

use baijiayun_core::{Error, PartnerKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::Accounts;
use crate::alarms::{Alarm, Alarms};
use crate::callbacks::{Outbox, Post, Sender};
use crate::clock;
use crate::codes::Codes;
use crate::docs::Docs;
use crate::failure::Failure;
use crate::goods::Goods;
use crate::rooms::Rooms;
#[cfg(feature = "full")]
use crate::school::School;
use crate::store::{Row, Store};
use crate::users::Users;
use crate::video_categories::Categories;
use crate::videos::{self, Transcoding, Videos};

/// The bytes of a call that is long.
const LONG: usize = 8 << 10;

/// The bytes of all calls that are long.
const MOST_LONG: usize = 256 << 20;

#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    /// The mock's time, in milliseconds since 1970.
    #[serde(skip)]
    pub time: i64,
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
    #[serde(skip)]
    pub outbox: Outbox,
    #[serde(skip)]
    pub alarms: Alarms,
    /// The bytes of the long calls that changed something.
    #[serde(default)]
    pub long: usize,
    /// Of which reports tell, if the mock was filled.
    #[cfg(feature = "full")]
    pub school: Option<School>,
}

impl State {
    /// With room for at most `limit` things of each kind.
    pub fn new(partner_id: &str, key: String, limit: usize, transcoding: Transcoding) -> State {
        State {
            time: 0,
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
            outbox: Outbox::default(),
            alarms: Alarms::default(),
            long: 0,
            #[cfg(feature = "full")]
            school: None,
        }
    }

    #[cfg(feature = "full")]
    /// Holds what another one held. Account and settings are its own.
    pub fn take_over(&mut self, other: State) {
        let State {
            accounts,
            rooms,
            codes,
            docs,
            videos,
            categories,
            subtitles,
            users,
            goods,
            words,
            long,
            school,
            ..
        } = other;
        let transcoding = self.videos.take_over(videos);
        self.sender.take_over(&other.sender);
        self.alarms = Alarms::default();
        for video in transcoding {
            self.alarms.set(self.time, Alarm::Transcoded(video));
        }
        (self.accounts, self.rooms, self.codes, self.docs, self.categories) =
            (accounts, rooms, codes, docs, categories);
        self.long = long;
        (self.subtitles, self.users, self.goods, self.words, self.school) = (subtitles, users, goods, words, school);
    }

    /// Makes room for what a call of so many bytes may leave here. Things are counted, so that only long ones could fill the memory.
    pub fn must_hold(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes <= LONG {
            return Ok(());
        }
        if self.long.saturating_add(bytes) > MOST_LONG {
            return Err(Failure::general(format!("the mock holds at most {MOST_LONG} bytes of long texts")));
        }
        self.long += bytes;
        Ok(())
    }

    pub fn key(&self) -> PartnerKey {
        PartnerKey::new(self.sender.key())
    }

    /// How many things of each kind there are.
    pub fn counts(&self) -> Value {
        json!({
            "rooms 房间": self.rooms.iter().count(), "users 用户": self.users.len(), "videos 视频": self.videos.rows().count(),
            "documents 文档": self.docs.len(), "callbacks 回调": self.outbox.all().count(),
        })
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        clock::seconds(self.time)
    }

    /// Tells the customer of something; nobody hears it if there is no address.
    pub fn tell(&mut self, name: &str, url: &str, members: Vec<(String, String)>) {
        if !url.is_empty()
            && let Err(error) = self.post(name, url, members)
        {
            self.outbox.unsigned(name, url, &error, self.time);
        }
    }

    /// A callback, in the outbox if it has an address.
    pub fn post(&mut self, name: &str, url: &str, members: Vec<(String, String)>) -> Result<Post, Error> {
        self.outbox.put(&mut self.sender, name, url, members, self.time)
    }

    /// Does what is due by this time, each at its own.
    pub fn go_on_to(&mut self, time: i64) {
        while let Some((at, alarm)) = self.alarms.take(time) {
            self.time = self.time.max(at);
            match alarm {
                Alarm::Transcoded(video) => videos::transcode(self, video),
                Alarm::PostAgain(post) => drop(self.outbox.add(post, self.time)),
            }
        }
        self.time = self.time.max(time);
    }
}

/// The refusal for a thing that the documents give no code for.
pub(crate) fn missing(what: &str) -> Failure {
    Failure::general(format!("{what}不存在"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_long_has_to_find_room() {
        let mut state = State::new("1", "key".to_owned(), 10, Transcoding::Polls(0));
        for _ in 0..MOST_LONG / (1 << 20) {
            assert!(state.must_hold(LONG).is_ok());
            assert!(state.must_hold(1 << 20).is_ok());
        }
        assert!(state.must_hold(LONG + 1).is_err());
        assert!(state.must_hold(LONG).is_ok(), "a short one is held as ever");
    }
}

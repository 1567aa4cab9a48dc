//! Settings of a mock.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::canned::CannedAnswers;
use crate::misbehave::Misbehaviour;
use crate::mock::Mock;
#[cfg(feature = "full")]
use crate::record::Replay;
use crate::videos::Transcoding;

const PARTNER_ID: &str = "12345678";
const PARTNER_KEY: &str = "the-partner-key-of-the-mock";

/// Calls that an account may send, and in how many seconds.
const RATE: (u32, u32) = (200, 10);

/// Things of one kind that are remembered.
const MAX_ITEMS: usize = 10_000;

/// How long a video is in transcoding.
const TRANSCODING: Duration = Duration::from_millis(300);

/// Settings of a mock.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    #[cfg(feature = "server")]
    pub(crate) port: u16,
    pub(crate) partner_id: String,
    pub(crate) partner_key: String,
    pub(crate) rate: (u32, u32),
    pub(crate) max_items: usize,
    pub(crate) transcoding: Transcoding,
    pub(crate) misbehaviour: Misbehaviour,
    pub(crate) paths: BTreeMap<String, String>,
    pub(crate) canned: CannedAnswers,
    pub(crate) strict: bool,
    #[cfg(feature = "full")]
    pub(crate) fill: Option<u64>,
    #[cfg(feature = "full")]
    pub(crate) records: bool,
    #[cfg(feature = "full")]
    pub(crate) replay: Option<Replay>,
}

impl Builder {
    /// The account's id.
    pub fn partner_id(mut self, id: impl Into<String>) -> Builder {
        self.partner_id = id.into();
        self
    }

    /// The account's key.
    pub fn partner_key(mut self, key: impl Into<String>) -> Builder {
        self.partner_key = key.into();
        self
    }

    /// The calls that the account may send, in how many seconds; 200 in 10 s by default. 0 is
    /// no limit.
    pub fn rate(mut self, count: u32, seconds: u32) -> Builder {
        self.rate = (count, seconds);
        self
    }

    /// The number of things of each kind that are remembered; 10,000 by default.
    pub fn max_items(mut self, count: usize) -> Builder {
        self.max_items = count;
        self
    }

    /// When uploaded videos are transcoded; 300 ms after the upload by default.
    pub fn transcoding(mut self, transcoding: Transcoding) -> Builder {
        self.transcoding = transcoding;
        self
    }

    /// What goes wrong, on purpose.
    pub fn misbehave(mut self, misbehaviour: Misbehaviour) -> Builder {
        self.misbehaviour = misbehaviour;
        self
    }

    /// Serves these operations at other paths than the description's, and no
    /// longer at those: as the real service may, where a path is a guess.
    pub fn paths(mut self, paths: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Builder {
        self.paths.extend(paths.into_iter().map(|(operation, path)| (operation.into(), path.into())));
        self
    }

    /// Answers that operations give in place of the mock's own.
    pub fn answers(mut self, answers: CannedAnswers) -> Builder {
        self.canned = answers;
        self
    }

    /// Refuses what the documents forbid and the mock takes otherwise: timestamps that are not 10 digits or further than
    /// 300 s from the mock's clock, and parameters that the operation does not describe. It finds mistakes of clients.
    pub fn strict(mut self, strict: bool) -> Builder {
        self.strict = strict;
        self
    }

    #[cfg(feature = "full")]
    /// Fills the mock with a school, which the seed and the day decide: teachers, students, a lesson three times a day from four weeks ago to the
    /// next week, with courseware, recordings, chat and reports, and videos that are watched. Reports (`room_data`, `playback`,
    /// `video_data`, `chat.list_reviews`) then tell of it and not of printed examples.
    pub fn fill(mut self, seed: u64) -> Builder {
        self.fill = Some(seed);
        self
    }

    #[cfg(feature = "full")]
    /// Writes down each call of the API and its answer, as a line of JSON: [`Mock::take_records`]. Keys, passwords and signatures are
    /// not in it. Files that are uploaded are no calls.
    pub fn record(mut self) -> Builder {
        self.records = true;
        self
    }

    #[cfg(feature = "full")]
    /// Answers what was recorded, in place of the mock's own answers: of the lines for the same operation and parameters the next one,
    /// or else of those for the operation; when all were given, the last one again. Nothing is checked then. Operations that were not
    /// recorded are answered by the mock.
    ///
    /// # Errors
    /// Says which line is wrong and why.
    pub fn replay(mut self, lines: &str) -> Result<Builder, String> {
        self.replay = Some(Replay::read(lines)?);
        Ok(self)
    }

    /// A mock without sockets.
    pub fn build(self) -> Mock {
        Mock::new(self)
    }
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            #[cfg(feature = "server")]
            port: 0,
            partner_id: PARTNER_ID.to_owned(),
            partner_key: PARTNER_KEY.to_owned(),
            rate: RATE,
            max_items: MAX_ITEMS,
            transcoding: Transcoding::After(TRANSCODING),
            misbehaviour: Misbehaviour::default(),
            paths: BTreeMap::new(),
            canned: CannedAnswers::default(),
            strict: false,
            #[cfg(feature = "full")]
            fill: None,
            #[cfg(feature = "full")]
            records: false,
            #[cfg(feature = "full")]
            replay: None,
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("partner_id", &self.partner_id).finish_non_exhaustive()
    }
}

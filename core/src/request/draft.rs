//! A request without its time and signature.

use std::borrow::Cow;
use std::ops::Range;

use super::pairs::{Pair, Pairs, TIMESTAMP, takes_plain};
use super::{Part, PartContent, Unsigned};
use crate::account::Account;
use crate::error::Error;
use crate::form;
use crate::json::Member;
use crate::operation::{LimitScope, Lookup, Operation};
use crate::sign;
use crate::value::{self, File, Params};

/// The checked and encoded parameters of a call. Everything but the time and the signature is
/// written once, for all attempts.
#[derive(Clone)]
pub(crate) struct Draft {
    /// The address, where it is given with each call.
    given: Option<String>,
    /// The room that the call is about, where its limits count by rooms.
    pub(crate) room: Option<String>,
    /// The time of sending that stands in it.
    timestamp: i64,
    /// What is signed, if the operation is.
    canonical: Option<Stamped>,
    pub(super) content: Content,
}

#[derive(Clone)]
pub(super) enum Content {
    /// A form that reads like what is signed: no character in it needs encoding.
    Canonical,
    Form(Stamped),
    Multipart {
        /// Sorted by name.
        texts: Vec<(Cow<'static, str>, String)>,
        files: Vec<Part>,
    },
    Chunk(File),
}

/// A text that holds the time of sending.
#[derive(Clone)]
pub(super) struct Stamped {
    text: String,
    /// Where; nowhere if the call is not signed.
    time: Option<Range<usize>>,
}

impl Stamped {
    fn stamp(&mut self, timestamp: &str) {
        let Some(Range { start, end }) = self.time.clone() else { return };
        if let (Some(before), Some(after)) = (self.text.get(..start), self.text.get(end..)) {
            self.text = [before, timestamp, after].concat();
            self.time = Some(start..start + timestamp.len());
        }
    }
}

impl Draft {
    pub(crate) fn new(
        account: &Account,
        operation: &Operation,
        params: &Params,
        timestamp: i64,
    ) -> Result<Draft, Error> {
        let mut pairs = Pairs::new();
        for (name, value) in params.iter() {
            match operation.param(name) {
                Some(param) => pairs.described(param, value),
                None => pairs.undescribed(operation, name, value),
            }
        }
        pairs.extra(operation, params);
        Draft::of(pairs, account, operation, timestamp)
    }

    /// The same from a JSON object of parameters, as [`Params::from_json`] reads it; nearly all
    /// values are texts and whole numbers, which go straight from it into the request.
    pub(crate) fn from_json(
        account: &Account,
        operation: &Operation,
        json: &str,
        extra: &Params,
        timestamp: i64,
    ) -> Result<Draft, Error> {
        let mut pairs = Pairs::new();
        let mut params = Lookup::new(operation);
        value::members(operation, json, |Member { name, raw, plain }| {
            let param = params.find(&name);
            match param.and_then(|param| Some((param, plain.filter(|_| takes_plain(param))?))) {
                Some((param, text)) => pairs.text(param, text),
                None => match (value::read(operation, raw, param)?, param) {
                    (None, _) => {}
                    (Some(value), Some(param)) => pairs.described(param, &value),
                    (Some(value), None) => pairs.undescribed(operation, &name, &value),
                },
            }
            Ok(())
        })?;
        pairs.extra(operation, extra);
        Draft::of(pairs, account, operation, timestamp)
    }

    fn of<'p>(
        mut pairs: Pairs<'p>,
        account: &'p Account,
        operation: &Operation,
        timestamp: i64,
    ) -> Result<Draft, Error> {
        let given = pairs.finish(account, operation, timestamp)?;
        let Pairs { pairs, mut files, .. } = pairs;
        let room = operation.limits.iter().any(|limit| limit.per == LimitScope::Room).then(|| {
            let of = |wanted: &str| pairs.iter().find(|pair| pair.name == wanted).map(|pair| pair.value.to_string());
            of("room_id").or_else(|| of("class_id")).unwrap_or_default()
        });
        let room_for = |pair: &Pair<'_>| pair.name.len() + pair.value.len() + "=&".len();
        let length: usize = pairs.iter().map(room_for).sum();
        let canonical = operation.signed.then(|| {
            let mut text = String::with_capacity(length);
            let time = each(&pairs, |pair| {
                sign::push(&mut text, &pair.name, &pair.value);
                text.len()
            });
            Stamped { text, time }
        });
        let chunk = files.pop_if(|part| matches!(&part.content, PartContent::File(file) if file.chunk.is_some()));
        let content = if let Some(Part { content: PartContent::File(file), .. }) = chunk {
            Content::Chunk(file)
        } else if !files.is_empty() {
            let owned = |pair: Pair<'_>| (Cow::Owned(pair.name.into_owned()), pair.value.into_owned());
            Content::Multipart { texts: pairs.into_iter().map(owned).collect(), files }
        } else if operation.signed && pairs.iter().all(|pair| pair.is_plain) {
            Content::Canonical
        } else {
            // Some more for what is longer when it is encoded.
            let mut form = form::Writer::new(length + length / 2);
            let time = each(&pairs, |pair| {
                if pair.is_plain {
                    form.plain_pair(&pair.name, &pair.value);
                } else {
                    form.pair(&pair.name, &pair.value);
                }
                form.len()
            });
            Content::Form(Stamped { text: form.finish(), time: time.filter(|_| operation.signed) })
        };
        Ok(Draft { given, room, timestamp, canonical, content })
    }

    /// What is signed, if the operation is.
    pub(super) fn canonical(&self) -> Option<&str> {
        self.canonical.as_ref().map(|canonical| canonical.text.as_str())
    }

    /// The form without a signature, if it is one form and no parts.
    pub(super) fn form(&self) -> &str {
        match &self.content {
            Content::Canonical => self.canonical().unwrap_or_default(),
            Content::Form(form) => &form.text,
            Content::Multipart { .. } | Content::Chunk(_) => "",
        }
    }

    /// Where it goes.
    pub(super) fn address(&self, account: &Account, operation: &Operation) -> String {
        self.given.clone().or_else(|| account.address(operation)).unwrap_or_default()
    }

    pub(crate) fn has_files(&self) -> bool {
        matches!(self.content, Content::Multipart { .. } | Content::Chunk(_))
    }

    /// The request as it is sent at this time.
    pub(crate) fn stamp<'a>(&'a mut self, account: &Account, operation: &'a Operation, timestamp: i64) -> Unsigned<'a> {
        if self.timestamp != timestamp {
            self.timestamp = timestamp;
            let timestamp = timestamp.to_string();
            self.canonical.iter_mut().for_each(|canonical| canonical.stamp(&timestamp));
            match &mut self.content {
                Content::Canonical | Content::Chunk(_) => {}
                Content::Form(form) => form.stamp(&timestamp),
                Content::Multipart { texts, .. } => {
                    let stamps = texts.iter_mut().filter(|(name, _)| operation.signed && name == TIMESTAMP);
                    stamps.for_each(|(_, text)| text.clone_from(&timestamp));
                }
            }
        }
        Unsigned::of(account, operation, Cow::Borrowed(self))
    }
}

/// Writes pair after pair and tells where the timestamp came to stand. `write` returns where it ends.
fn each(pairs: &[Pair<'_>], mut write: impl FnMut(&Pair<'_>) -> usize) -> Option<Range<usize>> {
    let mut time = None;
    for pair in pairs {
        let end = write(pair);
        if pair.name == TIMESTAMP {
            time = Some(end - pair.value.len()..end);
        }
    }
    time
}

//! Faults on demand.

use std::time::Duration;

use serde_json::Value;

/// What goes wrong, on purpose. Everything is counted, nothing is random: of
/// the API's requests every n-th has the fault. The default is no fault.
///
/// A request that is dropped, throttled or answered with an error is not
/// carried out.
///
/// In JSON ([`Misbehaviour::from_json`]) the members have the same names; `latency` are milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Misbehaviour {
    /// Each answer waits this long.
    pub latency: Duration,
    /// Every n-th request is answered with HTTP 503; 0 is none.
    pub errors_every: u32,
    /// The connection is cut instead of every n-th answer; 0 is none.
    pub drops_every: u32,
    /// Every n-th request is answered with HTTP 429 and code 429; 0 is none.
    pub throttles_every: u32,
    /// What is throttled is answered with HTTP 200: the 429 stands in the envelope alone.
    pub throttles_with_200: bool,
    /// Every n-th request is answered with a web page; 0 is none.
    pub html_every: u32,
    /// Answers have loose types: numbers as texts and the other way round,
    /// 0 and 1 for booleans, `[]` for an empty object, null for an empty text.
    pub php_loose: bool,
    /// A post of a file breaks off when this many bytes of the file have come.
    /// It can go on with `video.get_resume_upload_url`. If these are the last
    /// bytes of a chunk, the chunk is taken and only its answer is lost.
    pub uploads_break_at: Option<u64>,
    /// A post of a file breaks off whenever a multiple of this many bytes of
    /// the file have come for the first time; 0 is never.
    pub uploads_break_every: u64,
    /// The bytes of a post that broke off are kept, and `upload_size` counts
    /// them. Otherwise a chunk counts when all of it has come, as uploaders in
    /// use take for granted: they send a broken chunk again.
    pub uploads_keep_parts: bool,
    /// Where counting begins: with 1 and every third request, the second one is the first to fail.
    pub seed: u32,
}

impl Misbehaviour {
    /// Reads an object of members.
    ///
    /// # Errors
    /// Says which member is wrong and why.
    pub fn from_json(members: &Value) -> Result<Misbehaviour, String> {
        let mut read = Misbehaviour::default();
        for (name, value) in members.as_object().ok_or("faults are an object")? {
            let count = || value.as_u64().ok_or(format!("{name} must be a whole number, not {value}"));
            let small = || u32::try_from(count()?).map_err(|_| format!("{name} is too large: {value}"));
            let flag = || value.as_bool().ok_or(format!("{name} must be true or false, not {value}"));
            match name.as_str() {
                "latency" => read.latency = Duration::from_millis(count()?),
                "errors_every" => read.errors_every = small()?,
                "drops_every" => read.drops_every = small()?,
                "throttles_every" => read.throttles_every = small()?,
                "throttles_with_200" => read.throttles_with_200 = flag()?,
                "html_every" => read.html_every = small()?,
                "php_loose" => read.php_loose = flag()?,
                "uploads_break_at" => read.uploads_break_at = if value.is_null() { None } else { Some(count()?) },
                "uploads_break_every" => read.uploads_break_every = count()?,
                "uploads_keep_parts" => read.uploads_keep_parts = flag()?,
                "seed" => read.seed = small()?,
                _ => return Err(format!("{name} is no fault that the mock has")),
            }
        }
        Ok(read)
    }

    /// Where the next post of a file breaks off, after this many bytes of it.
    pub(crate) fn next_break(&self, size: u64) -> Option<u64> {
        let every = size.checked_div(self.uploads_break_every).map(|times| (times + 1) * self.uploads_break_every);
        self.uploads_break_at.into_iter().filter(|at| *at > size).chain(every).min()
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Drop,
    Error,
    Throttle,
    Html,
}

/// The behaviour and the number of requests so far.
#[derive(Debug)]
pub(crate) struct Faults {
    behaviour: Misbehaviour,
    count: u64,
}

impl Faults {
    pub fn new(behaviour: Misbehaviour) -> Faults {
        Faults { count: behaviour.seed.into(), behaviour }
    }

    pub fn behaviour(&self) -> &Misbehaviour {
        &self.behaviour
    }

    /// The fault of the next request, if it has one.
    pub fn next(&mut self) -> Option<Fault> {
        self.count += 1;
        let behaviour = &self.behaviour;
        let faults = [
            (behaviour.drops_every, Fault::Drop),
            (behaviour.errors_every, Fault::Error),
            (behaviour.throttles_every, Fault::Throttle),
            (behaviour.html_every, Fault::Html),
        ];
        faults
            .into_iter()
            .find(|(every, _)| *every > 0 && self.count.is_multiple_of(u64::from(*every)))
            .map(|(_, fault)| fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nth_request_fails() {
        let mut faults = Faults::new(Misbehaviour { errors_every: 3, drops_every: 4, seed: 1, ..Default::default() });
        let seen: Vec<_> = (0..7).map(|_| faults.next()).collect();
        let (error, drop) = (Some(Fault::Error), Some(Fault::Drop));
        assert_eq!(seen, [None, error, drop, None, error, None, drop]);
    }
}

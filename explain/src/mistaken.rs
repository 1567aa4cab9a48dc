//! Explains a signature that is not the right one: every common mistake is
//! made in turn, alone and two together, until one of them gives it.

mod mistakes;

use md5::{Digest, Md5};
use mistakes::Mistake;

use crate::{Host, Signing};

/// What whoever computed `expected` did otherwise, in words; empty if nothing is found. `parameters` are the names that may have
/// been signed though they are not sent.
pub fn explain<'a>(
    signing: &Signing,
    expected: &str,
    parameters: impl IntoIterator<Item = &'a str>,
    host: Host,
) -> Vec<String> {
    let right = Recipe::of(signing, host);
    let (general, of_one) = (mistakes::general(), mistakes::of_one_parameter(&right));
    let names = unsent_names(&right, parameters);
    let size = right.size();
    let is_short = |tries: usize| size.saturating_mul(tries) <= MOST_WORK;
    // What is said of all values says more than what is said of one.
    for mistakes in [&general, &of_one, &mistakes::of_the_key()] {
        if !is_short(mistakes.len()) {
            continue;
        }
        let found: Vec<String> = mistakes
            .iter()
            .filter(|mistake| mistake.make(&right).is_some_and(|recipe| recipe.signature() == expected))
            .map(|mistake| mistake.words.clone().into_owned())
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    let tries_of_two = general.len() * (general.len() + of_one.len());
    let time = || is_short(TIMES).then(|| other_time(&right, expected)).flatten();
    let both = || is_short(tries_of_two).then(|| two(&right, &general, &of_one, expected)).flatten();
    let more = || is_short(names.len() * NOTHINGS.len()).then(|| unsent(&right, expected, &names)).flatten();
    let found = time().or_else(both).or_else(more).or_else(|| no_signature(expected));
    let most = tries_of_two.max(TIMES).max(names.len() * NOTHINGS.len());
    let tired = || format!("not all mistakes that are known were tried, since the request is long ({size} bytes)");
    found.or_else(|| (!is_short(most)).then(tired)).into_iter().collect()
}

/// Most bytes that are signed in search of mistakes of one kind, which is a second's work or two: in a page everything waits.
const MOST_WORK: usize = 400_000_000;

/// Why a text cannot be a signature of the service, if it cannot.
fn no_signature(expected: &str) -> Option<String> {
    let what = match (expected.len(), expected.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        (32, true) => return None,
        (40, true) => "as many hex digits as SHA-1 has",
        (64, true) => "as many hex digits as SHA-256 has",
        (_, true) => "cut, or too long",
        (24, false) if expected.ends_with("==") => "perhaps an MD5 in Base64",
        (_, false) => "with other characters than hex digits",
    };
    Some(format!(
        "what was expected is no MD5: 32 hex digits are, and it has {} characters ({what})",
        expected.chars().count()
    ))
}

/// One general mistake and another one.
fn two(right: &Recipe, general: &[Mistake], of_one: &[Mistake], expected: &str) -> Option<String> {
    general.iter().enumerate().find_map(|(index, first)| {
        let recipe = first.make(right)?;
        let others = general.get(index + 1..).unwrap_or_default().iter().chain(&general[..index]).chain(of_one);
        others
            .filter_map(|second| second.make(&recipe).map(|recipe| (second, recipe)))
            .find(|(_, recipe)| recipe.signature() == expected)
            .map(|(second, _)| format!("{}, and {}", first.words, second.words))
    })
}

/// How programs write nothing.
const NOTHINGS: [&str; 6] = ["null", "", "None", "undefined", "0", "false"];

/// The parameters that are not among those given.
fn unsent_names<'a>(right: &Recipe, parameters: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = parameters.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| right.pairs.iter().all(|(known, _)| known != name));
    names
}

/// A parameter that is left out where it is sent may have been signed as nothing.
fn unsent(right: &Recipe, expected: &str, names: &[&str]) -> Option<String> {
    let mut recipe = right.clone();
    names.iter().find_map(|name| {
        NOTHINGS.into_iter().find_map(|value| {
            recipe.pairs.push(((*name).to_owned(), value.to_owned()));
            let gives = recipe.signature() == expected;
            recipe.pairs.pop();
            gives.then(|| format!("{name}={value} was signed too, and is not among the parameters given here"))
        })
    })
}

/// How far from the given timestamp the signed one is looked for.
const SEARCHED_SECONDS: i64 = 3600;

/// How many there are around it.
const TIMES: usize = 7201;

/// The parameters may have been signed at one time and sent with another.
fn other_time(right: &Recipe, expected: &str) -> Option<String> {
    let index = right.pairs.iter().position(|(name, _)| name == "timestamp")?;
    let given: i64 = right.pairs.get(index)?.1.parse().ok()?;
    let mut recipe = right.clone();
    (given.checked_sub(SEARCHED_SECONDS)?..=given.checked_add(SEARCHED_SECONDS)?).find_map(|time| {
        recipe.pairs.get_mut(index)?.1 = time.to_string();
        (recipe.signature() == expected)
            .then(|| format!("another timestamp was signed than is given: {time}, not {given}"))
    })
}

/// A way to compute a signature.
#[derive(Clone, PartialEq)]
struct Recipe {
    pairs: Vec<(String, String)>,
    /// A pair named `sign` that was given, if any.
    given_sign: Option<String>,
    order: Order,
    /// Between the pairs, and between the name and the value of each: `&` and `=`.
    separators: (&'static str, &'static str),
    key: String,
    place: KeyPlace,
    /// What stands around the text.
    around: (&'static str, &'static str),
    letters: Letters,
    digits: Digits,
    partner_id: Option<String>,
    host: Lent,
}

/// What the host can do is the same for all recipes.
#[derive(Clone, Copy)]
struct Lent(Host);

impl PartialEq for Lent {
    fn eq(&self, _: &Lent) -> bool {
        true
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Bytes,
    AsGiven,
    IgnoringCase,
    Downwards,
    /// By `name=value`, not by name.
    WithValues,
}

#[derive(Clone, Copy, PartialEq)]
enum KeyPlace {
    /// `...&partner_key=KEY`
    Last,
    /// `...` alone
    Absent,
    /// `...KEY`
    Bare,
    /// `...&KEY`
    BareAfterAmpersand,
    /// `...partner_key=KEY`
    NoAmpersand,
    /// `...&key=KEY`
    Named(&'static str),
    /// `partner_key=KEY&...`
    First,
    /// `KEY...`
    BareFirst,
    /// `partner_key=KEY` sorted among the others.
    Sorted,
}

/// Which bytes the letters become.
#[derive(Clone, Copy, PartialEq)]
enum Letters {
    Utf8,
    Gbk,
    /// What is not ASCII is a `?`.
    QuestionMarks,
    /// UTF-8, taken for Latin-1 and written as UTF-8 again.
    Twice,
    Utf16,
}

#[derive(Clone, Copy, PartialEq)]
enum Digits {
    Lower,
    Upper,
    /// The 16 in the middle.
    Middle,
    /// The MD5 of the digits.
    Again,
}

impl Recipe {
    /// The right way.
    fn of(signing: &Signing, host: Host) -> Recipe {
        let mut pairs = signing.pairs.clone();
        let sign = pairs.iter().position(|(name, _)| name == "sign").map(|index| pairs.remove(index).1);
        Recipe {
            pairs,
            given_sign: sign,
            order: Order::Bytes,
            separators: ("&", "="),
            key: signing.key.clone(),
            place: KeyPlace::Last,
            around: ("", ""),
            letters: Letters::Utf8,
            digits: Digits::Lower,
            partner_id: signing.partner_id.clone(),
            host: Lent(host),
        }
    }

    /// About how many bytes are signed.
    fn size(&self) -> usize {
        100 + self.pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>()
    }

    fn signature(&self) -> String {
        let lower = hex_md5(&self.bytes());
        match self.digits {
            Digits::Lower => lower,
            Digits::Upper => lower.to_ascii_uppercase(),
            Digits::Middle => lower[8..24].to_owned(),
            Digits::Again => hex_md5(lower.as_bytes()),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        match self.letters {
            Letters::Utf8 => text.into_bytes(),
            Letters::Gbk => (self.host.0.gbk)(&text),
            Letters::QuestionMarks => {
                text.chars().map(|char| u8::try_from(char).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
            }
            Letters::Twice => text.bytes().map(char::from).collect::<String>().into_bytes(),
            Letters::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }
    }

    fn text(&self) -> String {
        let key = &self.key;
        let (between, equals) = self.separators;
        let named = format!("partner_key={key}");
        let mut pairs: Vec<(&str, &str)> =
            self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if self.place == KeyPlace::Sorted {
            pairs.push(("partner_key", key));
        }
        match self.order {
            Order::Bytes => pairs.sort_by_key(|(name, _)| *name),
            Order::AsGiven => {}
            Order::IgnoringCase => pairs.sort_by_key(|(name, _)| (self.host.0.lower)(name)),
            Order::Downwards => pairs.sort_by(|(left, _), (right, _)| right.cmp(left)),
            Order::WithValues => pairs.sort_by_key(|(name, value)| format!("{name}={value}")),
        }
        let mut parts: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}{equals}{value}")).collect();
        match self.place {
            KeyPlace::Last => parts.push(named.clone()),
            KeyPlace::BareAfterAmpersand => parts.push(key.clone()),
            KeyPlace::Named(name) => parts.push(format!("{name}={key}")),
            KeyPlace::First => parts.insert(0, named.clone()),
            KeyPlace::Absent | KeyPlace::Bare | KeyPlace::BareFirst | KeyPlace::NoAmpersand | KeyPlace::Sorted => {}
        }
        let text = parts.join(between);
        let (before, after) = self.around;
        match self.place {
            KeyPlace::Bare => format!("{before}{text}{key}{after}"),
            KeyPlace::BareFirst => format!("{before}{key}{text}{after}"),
            KeyPlace::NoAmpersand => format!("{before}{text}{named}{after}"),
            _ => format!("{before}{text}{after}"),
        }
    }
}

fn hex_md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;

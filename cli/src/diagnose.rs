//! Explains a signature that is not the right one: every common mistake is
//! made in turn, alone and two together, until one of them gives it.

mod mistakes;

use md5::{Digest, Md5};

use mistakes::{ALL, Mistake};

/// What is signed, and with which key.
#[derive(Clone)]
pub(crate) struct Signing {
    /// In the order in which they were given.
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) key: String,
    /// The account's, if it is known.
    pub(crate) partner_id: Option<String>,
}

/// What gives `expected`, in words; empty if nothing does.
pub(crate) fn explain(signing: &Signing, expected: &str) -> Vec<String> {
    let right = Recipe::of(signing);
    let gives = |recipe: &Recipe| recipe.signature() == expected;
    let made: Vec<(&Mistake, Recipe)> =
        ALL.iter().filter_map(|mistake| mistake.make(&right).map(|recipe| (mistake, recipe))).collect();
    let mut found: Vec<String> =
        made.iter().filter(|(_, recipe)| gives(recipe)).map(|(mistake, _)| mistake.words.to_owned()).collect();
    if found.is_empty() {
        found.extend(other_time(&right, expected));
    }
    if found.is_empty() {
        let two = made.iter().enumerate().find_map(|(index, (first, recipe))| {
            let second = ALL.iter().filter(|second| made[..index].iter().all(|(done, _)| done.words != second.words));
            second
                .filter_map(|second| second.make(recipe).map(|recipe| (second, recipe)))
                .find(|(_, recipe)| gives(recipe))
                .map(|(second, _)| format!("{}, and {}", first.words, second.words))
        });
        found.extend(two);
    }
    found
}

/// How far from the given timestamp the signed one is looked for.
const SEARCHED_SECONDS: i64 = 3600;

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
    key: String,
    place: KeyPlace,
    digits: Digits,
    partner_id: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Bytes,
    AsGiven,
    IgnoringCase,
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
    /// `...&key=KEY`
    NamedKey,
    /// `partner_key=KEY&...`
    First,
    /// `KEY...`
    BareFirst,
    /// `partner_key=KEY` sorted among the others.
    Sorted,
}

#[derive(Clone, Copy, PartialEq)]
enum Digits {
    Lower,
    Upper,
    /// The 16 in the middle.
    Middle,
}

impl Recipe {
    /// The right way.
    fn of(signing: &Signing) -> Recipe {
        let mut pairs = signing.pairs.clone();
        let sign = pairs.iter().position(|(name, _)| name == "sign").map(|index| pairs.remove(index).1);
        Recipe {
            pairs,
            given_sign: sign,
            order: Order::Bytes,
            key: signing.key.clone(),
            place: KeyPlace::Last,
            digits: Digits::Lower,
            partner_id: signing.partner_id.clone(),
        }
    }

    fn signature(&self) -> String {
        let digest = Md5::digest(self.text());
        let lower: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        match self.digits {
            Digits::Lower => lower,
            Digits::Upper => lower.to_uppercase(),
            Digits::Middle => lower[8..24].to_owned(),
        }
    }

    fn text(&self) -> String {
        let key = &self.key;
        let named = format!("partner_key={key}");
        let mut pairs: Vec<(&str, &str)> =
            self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if self.place == KeyPlace::Sorted {
            pairs.push(("partner_key", key));
        }
        match self.order {
            Order::Bytes => pairs.sort_by_key(|(name, _)| *name),
            Order::AsGiven => {}
            Order::IgnoringCase => pairs.sort_by_key(|(name, _)| name.to_lowercase()),
        }
        let mut parts: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        match self.place {
            KeyPlace::Last => parts.push(named),
            KeyPlace::BareAfterAmpersand => parts.push(key.clone()),
            KeyPlace::NamedKey => parts.push(format!("key={key}")),
            KeyPlace::First => parts.insert(0, named),
            KeyPlace::Absent | KeyPlace::Bare | KeyPlace::BareFirst | KeyPlace::Sorted => {}
        }
        let text = parts.join("&");
        match self.place {
            KeyPlace::Bare => format!("{text}{key}"),
            KeyPlace::BareFirst => format!("{key}{text}"),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests;

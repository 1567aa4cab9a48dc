//! The mistakes that clients of this service make.

use form_urlencoded::byte_serialize;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Digits, KeyPlace, Order, Recipe};

pub(super) struct Mistake {
    /// What was done, to follow "it is right if ..." in the reader's mind.
    pub(super) words: &'static str,
    apply: fn(&mut Recipe),
}

impl Mistake {
    /// The recipe with this mistake; `None` if that makes no difference.
    pub(super) fn make(&self, recipe: &Recipe) -> Option<Recipe> {
        let mut wrong = recipe.clone();
        (self.apply)(&mut wrong);
        (wrong != *recipe).then_some(wrong)
    }
}

pub(super) const ALL: &[Mistake] = &[
    Mistake { words: "timestamp was not signed", apply: |recipe| remove(recipe, "timestamp") },
    Mistake { words: "partner_id was not signed", apply: |recipe| remove(recipe, "partner_id") },
    Mistake { words: "partner_id was signed but is not among the parameters given here", apply: add_partner_id },
    Mistake {
        words: "the values were URL-encoded before signing (spaces as +)",
        apply: |recipe| each(recipe, |value| byte_serialize(value.as_bytes()).collect()),
    },
    Mistake {
        words: "the values were URL-encoded before signing (spaces as %20)",
        apply: |recipe| each(recipe, |value| utf8_percent_encode(value, RFC_3986).to_string()),
    },
    Mistake {
        words: "the values were URL-encoded before signing (encodeURIComponent)",
        apply: |recipe| each(recipe, |value| utf8_percent_encode(value, JAVASCRIPT).to_string()),
    },
    Mistake {
        words: "the parameters were signed in the order given, not sorted",
        apply: |recipe| recipe.order = Order::AsGiven,
    },
    Mistake {
        words: "the parameters were sorted without regard to case, not by bytes",
        apply: |recipe| recipe.order = Order::IgnoringCase,
    },
    Mistake { words: "the key was followed by a newline", apply: |recipe| recipe.key.push('\n') },
    Mistake { words: "the key was followed by CR and LF", apply: |recipe| recipe.key.push_str("\r\n") },
    Mistake { words: "the key was followed by a space", apply: |recipe| recipe.key.push(' ') },
    Mistake { words: "the key was preceded by a space", apply: |recipe| recipe.key.insert(0, ' ') },
    Mistake {
        words: "the key given here has blanks or newlines around it, the one that was used has none",
        apply: |recipe| recipe.key = recipe.key.trim().to_owned(),
    },
    Mistake { words: "the key was not appended", apply: |recipe| recipe.place = KeyPlace::Absent },
    Mistake {
        words: "the key was appended without &partner_key= before it",
        apply: |recipe| recipe.place = KeyPlace::Bare,
    },
    Mistake {
        words: "the key was appended after & but without partner_key=",
        apply: |recipe| recipe.place = KeyPlace::BareAfterAmpersand,
    },
    Mistake {
        words: "the key was appended as &key= instead of &partner_key=",
        apply: |recipe| recipe.place = KeyPlace::NamedKey,
    },
    Mistake { words: "the key was put first (partner_key=...&)", apply: |recipe| recipe.place = KeyPlace::First },
    Mistake { words: "the bare key was put first", apply: |recipe| recipe.place = KeyPlace::BareFirst },
    Mistake {
        words: "partner_key was sorted among the parameters instead of standing last",
        apply: |recipe| recipe.place = KeyPlace::Sorted,
    },
    Mistake { words: "the digits are in upper case", apply: |recipe| recipe.digits = Digits::Upper },
    Mistake {
        words: "the signature was cut to the 16 digits in the middle",
        apply: |recipe| recipe.digits = Digits::Middle,
    },
    Mistake { words: "sign itself was signed", apply: sign_the_sign },
    Mistake {
        words: "an empty sign was signed",
        apply: |recipe| recipe.pairs.push(("sign".to_owned(), String::new())),
    },
    Mistake {
        words: "parameters with empty values were left out",
        apply: |recipe| recipe.pairs.retain(|(_, value)| !value.is_empty()),
    },
    Mistake {
        words: "a JSON value was written again with \\uXXXX and \\/ (PHP's json_encode)",
        apply: |recipe| each_json(recipe, |json| escape_slashes(&escape_unicode(&json.to_string()))),
    },
    Mistake {
        words: "a JSON value was written again with \\uXXXX",
        apply: |recipe| each_json(recipe, |json| escape_unicode(&json.to_string())),
    },
    Mistake {
        words: "a JSON value was written again with \\/",
        apply: |recipe| each_json(recipe, |json| escape_slashes(&json.to_string())),
    },
    Mistake {
        words: "a JSON value was written again without spaces",
        apply: |recipe| each_json(recipe, Value::to_string),
    },
    Mistake {
        words: "a JSON value was written again with spaces and \\uXXXX (Python's json.dumps)",
        apply: |recipe| each_json(recipe, |json| escape_unicode(&spaced(json))),
    },
    Mistake { words: "a JSON value was written again with spaces", apply: |recipe| each_json(recipe, spaced) },
    Mistake { words: "the names were written in lower case", apply: |recipe| names(recipe, str::to_lowercase) },
    Mistake { words: "the names were written in upper case", apply: |recipe| names(recipe, str::to_uppercase) },
    Mistake {
        words: "the timestamp was signed in milliseconds",
        apply: |recipe| timestamp(recipe, |time| time.checked_mul(1000)),
    },
    Mistake {
        words: "the timestamp was signed in seconds",
        apply: |recipe| timestamp(recipe, |time| time.checked_div(1000)),
    },
    Mistake {
        words: "the values were signed without the blanks around them",
        apply: |recipe| each(recipe, |value| value.trim().to_owned()),
    },
];

/// What rawurlencode and its like leave as it is.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// encodeURIComponent leaves more.
const JAVASCRIPT: &AsciiSet = &RFC_3986.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

fn remove(recipe: &mut Recipe, name: &str) {
    recipe.pairs.retain(|(known, _)| known != name);
}

fn add_partner_id(recipe: &mut Recipe) {
    if let Some(id) = recipe.partner_id.clone()
        && recipe.pairs.iter().all(|(name, _)| name != "partner_id")
    {
        recipe.pairs.push(("partner_id".to_owned(), id));
    }
}

fn sign_the_sign(recipe: &mut Recipe) {
    if let Some(sign) = recipe.given_sign.take() {
        recipe.pairs.push(("sign".to_owned(), sign));
    }
}

fn each(recipe: &mut Recipe, change: impl Fn(&str) -> String) {
    for (_, value) in &mut recipe.pairs {
        *value = change(value);
    }
}

/// Changes the values that are JSON arrays or objects.
fn each_json(recipe: &mut Recipe, write: impl Fn(&Value) -> String) {
    each(recipe, |value| match serde_json::from_str(value) {
        Ok(json @ (Value::Array(_) | Value::Object(_))) => write(&json),
        _ => value.to_owned(),
    });
}

fn names(recipe: &mut Recipe, change: impl Fn(&str) -> String) {
    for (name, _) in &mut recipe.pairs {
        *name = change(name);
    }
}

fn timestamp(recipe: &mut Recipe, change: impl Fn(i64) -> Option<i64>) {
    for (_, value) in recipe.pairs.iter_mut().filter(|(name, _)| name == "timestamp") {
        if let Some(time) = value.parse().ok().and_then(&change) {
            *value = time.to_string();
        }
    }
}

fn escape_unicode(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

fn escape_slashes(json: &str) -> String {
    json.replace('/', "\\/")
}

/// JSON with a space after each comma and colon.
fn spaced(json: &Value) -> String {
    match json {
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members =
                members.iter().map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), spaced(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

//! The mistakes that clients of this service make.

use std::borrow::Cow;

use form_urlencoded::byte_serialize;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::{Digits, KeyPlace, Lent, Letters, Order, Recipe};
use crate::Host;
use crate::host::Double;

pub(super) struct Mistake {
    /// What was done, to follow "it is right if ..." in the reader's mind.
    pub(super) words: Cow<'static, str>,
    apply: Box<dyn Fn(&mut Recipe)>,
}

impl Mistake {
    fn new(words: impl Into<Cow<'static, str>>, apply: impl Fn(&mut Recipe) + 'static) -> Mistake {
        Mistake { words: words.into(), apply: Box::new(apply) }
    }

    /// The recipe with this mistake; `None` if that makes no difference.
    pub(super) fn make(&self, recipe: &Recipe) -> Option<Recipe> {
        let mut wrong = recipe.clone();
        (self.apply)(&mut wrong);
        (wrong != *recipe).then_some(wrong)
    }
}

/// The mistakes that are made with a request as a whole.
pub(super) fn general() -> Vec<Mistake> {
    let simple = SIMPLE.iter().map(|(words, apply)| Mistake::new(*words, apply));
    simple.chain(KEY_NAMES.iter().map(|name| named_key(name))).collect()
}

type Simple = (&'static str, fn(&mut Recipe));

const SIMPLE: &[Simple] = &[
    ("timestamp was not signed", |recipe| remove(recipe, "timestamp")),
    ("partner_id was not signed", |recipe| remove(recipe, "partner_id")),
    ("partner_id was signed but is not among the parameters given here", add_partner_id),
    ("the values were URL-encoded before signing (spaces as +)", |recipe| {
        each(recipe, |value| byte_serialize(value.as_bytes()).collect())
    }),
    ("the values were URL-encoded before signing (spaces as %20)", |recipe| {
        each(recipe, |value| utf8_percent_encode(value, RFC_3986).to_string())
    }),
    ("the values were URL-encoded before signing (encodeURIComponent)", |recipe| {
        each(recipe, |value| utf8_percent_encode(value, JAVASCRIPT).to_string())
    }),
    ("the parameters were signed in the order given, not sorted", |recipe| recipe.order = Order::AsGiven),
    ("the parameters were sorted without regard to case, not by bytes", |recipe| recipe.order = Order::IgnoringCase),
    ("the key was followed by a newline", |recipe| recipe.key.push('\n')),
    ("the key was followed by CR and LF", |recipe| recipe.key.push_str("\r\n")),
    ("the key was followed by a space", |recipe| recipe.key.push(' ')),
    ("the key was preceded by a space", |recipe| recipe.key.insert(0, ' ')),
    ("the key given here has blanks or newlines around it, the one that was used has none", |recipe| {
        recipe.key = recipe.key.trim().to_owned()
    }),
    ("the key was not appended", |recipe| recipe.place = KeyPlace::Absent),
    ("the key was appended without &partner_key= before it", |recipe| recipe.place = KeyPlace::Bare),
    ("the key was appended after & but without partner_key=", |recipe| recipe.place = KeyPlace::BareAfterAmpersand),
    ("the key was put first (partner_key=...&)", |recipe| recipe.place = KeyPlace::First),
    ("the bare key was put first", |recipe| recipe.place = KeyPlace::BareFirst),
    ("partner_key was sorted among the parameters instead of standing last", |recipe| recipe.place = KeyPlace::Sorted),
    ("the digits are in upper case", |recipe| recipe.digits = Digits::Upper),
    ("the signature was cut to the 16 digits in the middle", |recipe| recipe.digits = Digits::Middle),
    ("sign itself was signed", sign_the_sign),
    ("an empty sign was signed", |recipe| recipe.pairs.push(("sign".to_owned(), String::new()))),
    ("parameters with empty values were left out", |recipe| recipe.pairs.retain(|(_, value)| !value.is_empty())),
    ("a JSON value was written again with \\uXXXX and \\/ (PHP's json_encode)", |recipe| {
        each_json(recipe, |json| escape_slashes(&escape_unicode(&json.to_string())))
    }),
    ("a JSON value was written again with \\uXXXX", |recipe| {
        each_json(recipe, |json| escape_unicode(&json.to_string()))
    }),
    ("a JSON value was written again with \\/", |recipe| each_json(recipe, |json| escape_slashes(&json.to_string()))),
    ("a JSON value was written again without spaces", |recipe| each_json(recipe, Value::to_string)),
    ("a JSON value was written again with spaces and \\uXXXX (Python's json.dumps)", |recipe| {
        each_json(recipe, |json| escape_unicode(&spaced(json)))
    }),
    ("a JSON value was written again with spaces", |recipe| each_json(recipe, spaced)),
    ("the names were written in lower case", |recipe| names(recipe, recipe.host.0.lower)),
    ("the names were written in upper case", |recipe| names(recipe, recipe.host.0.upper)),
    ("the timestamp was signed in milliseconds", |recipe| timestamp(recipe, |time| time.checked_mul(1000))),
    ("the timestamp was signed in seconds", |recipe| timestamp(recipe, |time| time.checked_div(1000))),
    ("the values were signed without the blanks around them", |recipe| each(recipe, |value| value.trim().to_owned())),
    ("the values were URL-decoded before signing (+ kept)", |recipe| each(recipe, percent_decoded)),
    ("the values were URL-decoded before signing (+ as a blank)", |recipe| each(recipe, form_decoded)),
    ("the values were signed with + as a blank", |recipe| each(recipe, |value| value.replace('+', " "))),
    ("the values were signed with HTML entities (&amp;)", |recipe| each(recipe, html_escaped)),
    ("the letters were signed as GBK, not as UTF-8", |recipe| recipe.letters = Letters::Gbk),
    ("letters outside of ASCII were signed as ? (getBytes without UTF-8)", |recipe| {
        recipe.letters = Letters::QuestionMarks
    }),
    ("UTF-8 was read as Latin-1 and encoded once more before signing", |recipe| recipe.letters = Letters::Twice),
    ("the letters were signed as UTF-16", |recipe| recipe.letters = Letters::Utf16),
    ("a newline was signed after the text (echo without -n)", |recipe| recipe.around.1 = "\n"),
    ("CR and LF were signed after the text", |recipe| recipe.around.1 = "\r\n"),
    ("an & was signed after the text", |recipe| recipe.around.1 = "&"),
    ("an & was signed before the text", |recipe| recipe.around.0 = "&"),
    ("a ? was signed before the text", |recipe| recipe.around.0 = "?"),
    ("a byte order mark was signed before the text", |recipe| recipe.around.0 = "\u{feff}"),
    ("the pairs were joined without &", |recipe| recipe.separators.0 = ""),
    ("the pairs were joined with &amp;", |recipe| recipe.separators.0 = "&amp;"),
    ("the pairs were joined with commas", |recipe| recipe.separators.0 = ","),
    ("names and values were joined without = and &", |recipe| recipe.separators = ("", "")),
    ("the parameters were sorted downwards", |recipe| recipe.order = Order::Downwards),
    ("the texts name=value were sorted, not the names", |recipe| recipe.order = Order::WithValues),
    ("the & before partner_key= is missing", |recipe| recipe.place = KeyPlace::NoAmpersand),
    ("the key was empty", |recipe| recipe.key.clear()),
    ("the key was signed with quotes around it", |recipe| recipe.key = format!("\"{}\"", recipe.key)),
    ("the key was signed with single quotes around it", |recipe| recipe.key = format!("'{}'", recipe.key)),
    ("the key was URL-decoded, with + as a blank", |recipe| recipe.key = form_decoded(&recipe.key)),
    ("the key was signed with + as a blank", |recipe| recipe.key = recipe.key.replace('+', " ")),
    ("the key was URL-encoded", |recipe| recipe.key = utf8_percent_encode(&recipe.key, RFC_3986).to_string()),
    ("the key was written in lower case", |recipe| recipe.key = (recipe.host.0.lower)(&recipe.key)),
    ("the key was written in upper case", |recipe| recipe.key = (recipe.host.0.upper)(&recipe.key)),
    ("the key was signed without the = at its end", |recipe| recipe.key = recipe.key.trim_end_matches('=').to_owned()),
    ("the parameters were signed twice: sign was put among them and all was signed again", |recipe| {
        let sign = recipe.signature();
        recipe.pairs.push(("sign".to_owned(), sign));
    }),
    ("the MD5 was computed of the MD5", |recipe| recipe.digits = Digits::Again),
    ("zeros were taken for nothing and left out", |recipe| recipe.pairs.retain(|(_, value)| value != "0")),
    ("zeros and empty values were left out", |recipe| {
        recipe.pairs.retain(|(_, value)| value != "0" && !value.is_empty());
    }),
];

/// Names under which keys are signed that are called otherwise here.
const KEY_NAMES: &[&str] =
    &["key", "partnerKey", "partnerkey", "secret_key", "secret", "app_key", "appkey", "private_key"];

fn named_key(name: &'static str) -> Mistake {
    Mistake::new(format!("the key was appended as &{name}= instead of &partner_key="), move |recipe| {
        recipe.place = KeyPlace::Named(name);
    })
}

/// A key of which more is missing cannot be told from another one.
const LONGEST_CUT: usize = 128;

/// The mistakes that are made when a key is copied. They are many, and not looked for together with others.
pub(super) fn of_the_key() -> Vec<Mistake> {
    (1..=LONGEST_CUT).flat_map(cut_key).collect()
}

fn cut_key(count: usize) -> [Mistake; 2] {
    let what = if count == 1 { "1 character is".to_owned() } else { format!("{count} characters are") };
    [
        Mistake::new(format!("the key was cut: {what} missing at its end"), move |recipe| {
            let keep = recipe.key.chars().count().saturating_sub(count);
            if keep > 0 {
                recipe.key = recipe.key.chars().take(keep).collect();
            }
        }),
        Mistake::new(format!("the key was cut: {what} missing at its beginning"), move |recipe| {
            if recipe.key.chars().count() > count {
                recipe.key = recipe.key.chars().skip(count).collect();
            }
        }),
    ]
}

/// The mistakes that are made with one of the parameters. Values may be passwords, so that only names are said.
pub(super) fn of_one_parameter(right: &Recipe) -> Vec<Mistake> {
    right.pairs.iter().flat_map(|(name, _)| of_parameter(name)).collect()
}

fn of_parameter(name: &str) -> impl Iterator<Item = Mistake> + use<> {
    let owned = name.to_owned();
    let removed = Mistake::new(format!("{name} was not signed"), move |recipe| remove(recipe, &owned));
    let name = name.to_owned();
    let changed = CHANGES.iter().map(move |(words, change)| {
        let owned = name.clone();
        Mistake::new(format!("{name} was signed {words}"), move |recipe| {
            let Lent(host) = recipe.host;
            for (_, value) in recipe.pairs.iter_mut().filter(|(known, _)| *known == owned) {
                if let Some(other) = change(value, &host) {
                    *value = other;
                }
            }
        })
    });
    std::iter::once(removed).chain(changed)
}

/// What becomes of one value.
type Change = fn(&str, &Host) -> Option<String>;

const CHANGES: &[(&str, Change)] = &[
    ("without the zeros that it begins with", |value, _| {
        let short = value.trim_start_matches('0');
        (!short.is_empty() && short.bytes().all(|byte| byte.is_ascii_digit())).then(|| short.to_owned())
    }),
    ("as an int, not as the text that is sent", |value, _| {
        let digits = value.trim_start();
        let end =
            digits.char_indices().find(|(at, char)| !(char.is_ascii_digit() || *at == 0 && matches!(char, '-' | '+')));
        let number = digits.get(..end.map_or(digits.len(), |(at, _)| at)).unwrap_or_default();
        Some(number.parse::<i64>().unwrap_or(0).to_string())
    }),
    ("as a double, which loses digits", |value, host| host.read_double(value).map(|double| double.plain())),
    ("as a double with .0", |value, host| {
        host.read_double(value).filter(Double::is_whole).map(|double| double.plain() + ".0")
    }),
    ("as a double with an exponent (Java)", |value, host| host.read_double(value).map(|double| double.with_exponent())),
    ("as a boolean", |value, _| match value {
        "1" => Some("true".to_owned()),
        "0" => Some("false".to_owned()),
        _ => None,
    }),
    ("as True or False (Python)", |value, _| match value {
        "1" | "true" => Some("True".to_owned()),
        "0" | "false" => Some("False".to_owned()),
        _ => None,
    }),
    ("as 1 or 0, not as a boolean", |value, _| match value {
        "true" | "True" => Some("1".to_owned()),
        "false" | "False" => Some("0".to_owned()),
        _ => None,
    }),
    ("as \"null\"", |_, _| Some("null".to_owned())),
    ("as \"None\" (Python)", |_, _| Some("None".to_owned())),
    ("as \"undefined\" (JavaScript)", |_, _| Some("undefined".to_owned())),
    ("as an empty text", |_, _| Some(String::new())),
    ("as \"Array\" (PHP)", |_, _| Some("Array".to_owned())),
    ("as \"[object Object]\" (JavaScript)", |_, _| Some("[object Object]".to_owned())),
    ("in quotes, as JSON", |value, _| Some(Value::from(value).to_string())),
    ("without the quotes around it", |value, _| {
        value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).map(str::to_owned)
    }),
    ("URL-encoded (spaces as +)", |value, _| Some(byte_serialize(value.as_bytes()).collect())),
    ("URL-encoded (spaces as %20)", |value, _| Some(utf8_percent_encode(value, RFC_3986).to_string())),
    ("URL-encoded (encodeURIComponent)", |value, _| Some(utf8_percent_encode(value, JAVASCRIPT).to_string())),
    ("URL-decoded", |value, _| Some(form_decoded(value))),
    ("with HTML entities (&amp;)", |value, _| Some(html_escaped(value))),
    ("in lower case", |value, host| Some((host.lower)(value))),
    ("in upper case", |value, host| Some((host.upper)(value))),
    ("without the blanks around it", |value, _| Some(value.trim().to_owned())),
    ("with a blank after it", |value, _| Some(format!("{value} "))),
    ("with a newline after it", |value, _| Some(format!("{value}\n"))),
];

fn percent_decoded(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

fn form_decoded(value: &str) -> String {
    percent_decoded(&value.replace('+', " "))
}

fn html_escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#039;")
}

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

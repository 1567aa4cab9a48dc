//! The names of settings as other languages have them.

/// The settings and options of more than one word that errors name.
const SETTINGS: [&str; 13] = [
    "attempt_timeout",
    "upload_deadline",
    "max_answer",
    "allow_http",
    "operation_quota",
    "store_prefix",
    "shared_as",
    "chunk_size",
    "use_https",
    "callback_key",
    "callback_keys",
    "partner_id",
    "partner_key",
];

/// What an error says about settings, for a language that writes `attemptTimeout`. All other words stay as they are: so
/// what the service says is not to be given to it, nor what is said of parameters, which have the names of the wire.
pub fn in_camel_case(text: &str) -> String {
    let is_of_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) =
            rest.split_at_checked(rest.find(|char| !is_of_word(char)).unwrap_or(rest.len())).unwrap_or_default();
        match SETTINGS.contains(&word) {
            true => told.push_str(&camel(word)),
            false => told.push_str(word),
        }
        let mut chars = after.chars();
        told.extend(chars.next());
        rest = chars.as_str();
    }
    told
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut chars = word.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name + chars.as_str()
    })
}

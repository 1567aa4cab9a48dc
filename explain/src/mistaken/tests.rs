//! The expected signatures were computed by another program (Python's hashlib).

use baijiayun_core::operation;

use super::no_signature;
use crate::{Host, Signing};

fn explain(signing: &Signing, expected: &str) -> Vec<String> {
    let names = operation::all().iter().flat_map(|operation| operation.params).map(|param| param.name);
    super::explain(signing, expected, names, Host::std(|text| encoding_rs::GBK.encode(text).0.into_owned()))
}

const KEY: &str = "Sample+Key/0==";

fn signing() -> Signing {
    let pairs = [
        ("title", "测试 a/b!"),
        ("partner_id", "12345678"),
        ("Note", ""),
        ("data", "{\"名\":\"x/y\", \"n\":[1,2]}"),
        ("timestamp", "1700000123"),
        ("start_time", "1700000200"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Signing { pairs, key: KEY.to_owned(), partner_id: None }
}

fn set(signing: &mut Signing, name: &str, value: &str) {
    match signing.pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, slot)) => value.clone_into(slot),
        None => signing.pairs.push((name.to_owned(), value.to_owned())),
    }
}

macro_rules! explained {
    ($($name:ident: $expected:literal => $words:literal,)+) => {$(
        #[test]
        fn $name() {
            assert_eq!(explain(&signing(), $expected).first().map(String::as_str), Some($words));
        }
    )+};
}

explained! {
    timestamp_not_signed: "c649cee46228d46997a6e08dcc50903d" => "timestamp was not signed",
    partner_id_not_signed: "8ee08cd2f8acf98a233fbc142b820834" => "partner_id was not signed",
    url_encoded_plus: "a948ca14604856f14ef2077e4efe5072" => "the values were URL-encoded before signing (spaces as +)",
    url_encoded_percent: "8778456242a3ae7ce3a2872a0e591d1d" => "the values were URL-encoded before signing (spaces as %20)",
    url_encoded_javascript: "f2a2bc4adbb3b5be4d1c7a915bc1a338" => "the values were URL-encoded before signing (encodeURIComponent)",
    unsorted: "2b37069c4c4f34c2a017cb60a5aeb734" => "the parameters were signed in the order given, not sorted",
    sorted_ignoring_case: "bfbe5fd22746741e3103cfdb93357b4d" => "the parameters were sorted without regard to case, not by bytes",
    key_newline: "a007f2f0fdab19da8b73a65ba1e002b5" => "the key was followed by a newline",
    key_crlf: "66b7e606a0c3f4012c4c2011fbcd60e8" => "the key was followed by CR and LF",
    key_space: "425e4d42a68490f26ec257aad62586c1" => "the key was followed by a space",
    key_space_before: "c28c175276cbcd62a589620585c5474c" => "the key was preceded by a space",
    key_absent: "e949766d8480e539693332a344749a09" => "the key was not appended",
    key_bare: "01c1eddd43931d43bbf15cb7d972dece" => "the key was appended without &partner_key= before it",
    key_bare_after_ampersand: "8451daae188854d0944d557008bff6a5" => "the key was appended after & but without partner_key=",
    key_named_key: "39e9b7d548da76bf4b93120fc891dbe9" => "the key was appended as &key= instead of &partner_key=",
    key_first: "82c1bd431173e9c7f20941bc4d7621a0" => "the key was put first (partner_key=...&)",
    key_bare_first: "749e693725f88837426a26495c33bb51" => "the bare key was put first",
    key_sorted: "892dd1059b9837014f8455c899dd160f" => "partner_key was sorted among the parameters instead of standing last",
    upper_case: "4FD1E5E1D2C957B5935B6C0C14FB3FBE" => "the digits are in upper case",
    sixteen_digits: "d2c957b5935b6c0c" => "the signature was cut to the 16 digits in the middle",
    empty_sign_signed: "99da197217df319c45b90efc25bc88e3" => "an empty sign was signed",
    empty_left_out: "e79ed5b1f228400916a9cdbbbcd255a4" => "parameters with empty values were left out",
    json_php: "9c368e053b6dd1c57f7be24d94cc5316" => "a JSON value was written again with \\uXXXX and \\/ (PHP's json_encode)",
    json_unicode: "03b0e2059dd360d6a2fdafd61123c968" => "a JSON value was written again with \\uXXXX",
    json_slashes: "f3003e22b2128294a30adbb5b60f1f4c" => "a JSON value was written again with \\/",
    json_compact: "1c4aa5da29e0049562b41165f4b9c632" => "a JSON value was written again without spaces",
    json_python: "8049392fd949cbd8320404a80c432d51" => "a JSON value was written again with spaces and \\uXXXX (Python's json.dumps)",
    json_spaced: "58ebec60f373bd4d0d4d867b2b12cd68" => "a JSON value was written again with spaces",
    names_lower: "cf02b2100837f96087235f0e8482e566" => "the names were written in lower case",
    names_upper: "6f85d06f4c2398a126a78fbc86950d9a" => "the names were written in upper case",
    timestamp_milliseconds: "6969a964ab6c0172360a89bf52a51566" => "the timestamp was signed in milliseconds",
    another_time: "71db55f9a3575eef04ca05c991e460a2" => "another timestamp was signed than is given: 1700000100, not 1700000123",
}

#[test]
fn sign_itself_signed() {
    let mut signing = signing();
    set(&mut signing, "sign", "abc");
    assert_eq!(explain(&signing, "2f481169d1b8a9963dc9b63d29bc1301"), ["sign itself was signed"]);
}

#[test]
fn partner_id_not_given() {
    let mut signing = signing();
    signing.pairs.retain(|(name, _)| name != "partner_id");
    signing.partner_id = Some("12345678".to_owned());
    let words = "partner_id was signed but is not among the parameters given here";
    assert_eq!(explain(&signing, "4fd1e5e1d2c957b5935b6c0c14fb3fbe"), [words]);
}

#[test]
fn key_given_with_a_newline() {
    let signing = Signing { key: format!("{KEY}\r\n"), ..signing() };
    let words = "the key given here has blanks or newlines around it, the one that was used has none";
    assert_eq!(explain(&signing, "4fd1e5e1d2c957b5935b6c0c14fb3fbe"), [words]);
}

#[test]
fn timestamp_in_seconds() {
    let mut signing = signing();
    set(&mut signing, "timestamp", "1700000123456");
    assert_eq!(explain(&signing, "4fd1e5e1d2c957b5935b6c0c14fb3fbe"), ["the timestamp was signed in seconds"]);
}

#[test]
fn blanks_around_a_value() {
    let mut signing = signing();
    set(&mut signing, "start_time", " 1700000200 ");
    assert_eq!(
        explain(&signing, "4fd1e5e1d2c957b5935b6c0c14fb3fbe"),
        ["the values were signed without the blanks around them"]
    );
}

#[test]
fn two_mistakes_together() {
    assert_eq!(
        explain(&signing(), "b11955cf6e3827c77e35b5f3165ff897"),
        ["timestamp was not signed, and the key was followed by a newline"]
    );
}

/// It would take minutes to try them all.
#[test]
fn of_a_long_request_fewer_mistakes_are_tried() {
    let mut signing = signing();
    (0..300).for_each(|number| set(&mut signing, &format!("k{number}"), &"课".repeat(1000)));
    let told = explain(&signing, "00000000000000000000000000000000");
    assert_eq!(told, ["not all mistakes that are known were tried, since the request is long (901907 bytes)"]);
}

#[test]
fn no_mistake_that_is_known() {
    assert_eq!(explain(&signing(), "00000000000000000000000000000000"), [""; 0]);
}

/// The mistake, what it gives, and what is given besides the parameters above.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("title was not signed", "7288f16b0b5a54be7b427002d10e7dfc", &[]),
    ("start_time was not signed", "b3e6ce448eff9b45df9a9f28885850ff", &[]),
    (
        "the parameters were signed twice: sign was put among them and all was signed again",
        "01601e0e8e08f905b088504c666d7f5c",
        &[],
    ),
    ("the & before partner_key= is missing", "079f60f28ae15be2ed58297d1e66d310", &[]),
    ("the letters were signed as GBK, not as UTF-8", "92837e0017100433253a6cff35311e4f", &[]),
    ("letters outside of ASCII were signed as ? (getBytes without UTF-8)", "e02ea94c94938e1c0f9618ee3995a2d2", &[]),
    ("UTF-8 was read as Latin-1 and encoded once more before signing", "c2ded07f10c2fcf8c681dba6f6ff2585", &[]),
    ("the letters were signed as UTF-16", "25046e8fcfce3dba4827714d12f0d80b", &[]),
    ("a byte order mark was signed before the text", "7af0a5f7a2f7201bf9ef1cfb21514572", &[]),
    ("a ? was signed before the text", "92711c2b2f53c406718b8cfa915817e3", &[]),
    ("an & was signed after the text", "b08febe238e25a29df7bd558113242e9", &[]),
    ("the pairs were joined without &", "d4c1c10b01fad62342312ab9c255cf37", &[]),
    ("the pairs were joined with &amp;", "b5a5c89f1df276dbd624c27abe9171e2", &[]),
    ("names and values were joined without = and &", "1ef549f3671901c6a41a708535495768", &[]),
    ("the parameters were sorted downwards", "0771b4aea32ead60774bfe89996ced3f", &[]),
    ("the key was appended as &partnerKey= instead of &partner_key=", "cb2ca0d70081d92c4b2d9b2fc539e259", &[]),
    ("the key was appended as &secret_key= instead of &partner_key=", "e40114a9c00a99bc9a1c0be87425cef6", &[]),
    ("the key was empty", "bc9a737312a4c9871405104984510015", &[]),
    ("the key was cut: 1 character is missing at its end", "f34f31f227ed438bc7e40261e8d21f45", &[]),
    ("the key was cut: 5 characters are missing at its end", "d81128a260b7f4d2e4a785fae818b027", &[]),
    ("the key was cut: 3 characters are missing at its beginning", "09d4349c9ea9a10129900f2d1c1673ad", &[]),
    ("the key was signed without the = at its end", "4a9fb6035d046731e44b8b84bf45eda1", &[]),
    ("the key was signed with quotes around it", "bdf71f9def49170823c6b9bcbfa87c19", &[]),
    ("the key was URL-encoded", "d36babba3a953c3b10481e8f884bc868", &[]),
    ("the key was written in lower case", "3408b2378d094d94f96be067fb2993a3", &[]),
    ("the key was signed with + as a blank", "4fac49151d9706a62487dc266831cd9b", &[]),
    ("the MD5 was computed of the MD5", "0fa48471c80fa8919bc3fa8a518ac57b", &[]),
    ("phone was signed without the zeros that it begins with", "a940b366e2936198e7c942c687c69fa2", &[("phone", "007")]),
    ("n was signed as an int, not as the text that is sent", "8913ca6529e9a33a384d865476fb290d", &[("n", "12 rooms")]),
    ("n was signed as an int, not as the text that is sent", "39c4b81d7a70251dc1bf38208164a1af", &[("n", "words")]),
    ("price was signed as a double, which loses digits", "9d7014edbec267366cd29e0248639c5b", &[("price", "9.90")]),
    (
        "id was signed as a double, which loses digits",
        "320821bec72cce8211da67a23365e13a",
        &[("id", "9007199254740993")],
    ),
    ("n was signed as a double with .0", "4b4baf62fc00d3664cbff5de59eca81a", &[("n", "60")]),
    ("n was signed as a double with an exponent (Java)", "4a77bf3990bff24b0bf4983b7747939e", &[("n", "1893456000")]),
    ("open was signed as a boolean", "b417185a05d6a7a14a6875bfbaad1609", &[("open", "1")]),
    ("open was signed as True or False (Python)", "dd4910acef53caa0783fd66d6781c4c3", &[("open", "0")]),
    ("open was signed as 1 or 0, not as a boolean", "ee79ead3c18829e4ae0e387aa61295c6", &[("open", "true")]),
    ("Note was signed as \"null\"", "e36d1f5424bd168ef4c30ff20f97a980", &[("Note", "")]),
    ("Note was signed as \"None\" (Python)", "404714866f1e9f73fb07f125f37d0454", &[("Note", "")]),
    ("Note was signed as \"undefined\" (JavaScript)", "dd8ae72aa60e31c909eec84ee06a1fba", &[("Note", "")]),
    ("list was signed as \"Array\" (PHP)", "eca1b6ec04cd5d4418ed61d4dd2f9218", &[("list", "[1,2]")]),
    ("name was signed in lower case", "dafaccd1a6b9a8c46b15efa98dc1239a", &[("name", "Ada")]),
    ("name was signed with a newline after it", "62bca58e565d112346d2d81cd1c8432a", &[("name", "Ada")]),
    (
        "the values were signed with + as a blank; the values were URL-decoded before signing (+ as a blank)",
        "a5abce1ef6f40efbbcdc558e97e165a1",
        &[("name", "C++")],
    ),
    (
        "the values were URL-decoded before signing (+ kept)",
        "710cf8000e2b939bef4dcbcd7dfb7210",
        &[("name", "%E6%B5%8B+x")],
    ),
    (
        "the values were URL-decoded before signing (+ as a blank)",
        "7112e594363e126a055b2c45d9edca16",
        &[("name", "%E6%B5%8B+x")],
    ),
    ("name was signed with HTML entities (&amp;)", "4ab7b9c0549929b7343204a196286f57", &[("name", "R&D")]),
    ("zeros were taken for nothing and left out", "4fd1e5e1d2c957b5935b6c0c14fb3fbe", &[("n", "0")]),
    ("name was signed URL-encoded (spaces as %20)", "1b1e396ae718a2adbc9ac36e6c131be9", &[("name", "a b/c")]),
    (
        "password=null was signed too, and is not among the parameters given here",
        "17c9f0ac23764f4c70bfb9758e16f43c",
        &[],
    ),
    ("page= was signed too, and is not among the parameters given here", "28ae2c4ba05ff23e90fdf122d0b1018e", &[]),
];

#[test]
fn every_mistake_of_the_table_is_named() {
    let mut unnamed = Vec::new();
    for (words, sign, more) in CASES {
        let mut signing = signing();
        for (name, value) in *more {
            set(&mut signing, name, value);
        }
        let found = explain(&signing, sign);
        if !found.iter().any(|found| words.split("; ").any(|words| found == words)) {
            unnamed.push((words, found));
        }
    }
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}

#[test]
fn what_is_no_md5_is_called_so() {
    assert_eq!(no_signature(&"a".repeat(32)), None);
    for (text, words) in [
        ("a".repeat(40), "SHA-1"),
        ("a".repeat(64), "SHA-256"),
        ("abc".to_owned(), "has 3 characters (cut"),
        ("T9Hl4dLJV7WTW2wMFPs/vg==".to_owned(), "Base64"),
        ("nothing".to_owned(), "other characters"),
    ] {
        assert!(no_signature(&text).is_some_and(|said| said.contains(words)), "{text}");
    }
}

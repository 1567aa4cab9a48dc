//! The expected signatures were computed by another program (Python's hashlib).

use super::{Signing, explain};

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
            assert_eq!(explain(&signing(), $expected), [$words]);
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

#[test]
fn no_mistake_that_is_known() {
    assert_eq!(explain(&signing(), "00000000000000000000000000000000"), [""; 0]);
}

//! Properties of signing, encoding and straightening, over generated input.

use baijiayun_core::coerce::{Options, straighten};
use baijiayun_core::operation::{Field, Method, Need, Shape};
use baijiayun_core::{
    Account, Body, Operation, Params, PartnerKey, answer, form, operation, request, retry_after, sign,
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

// --- signing and forms --------------------------------------------------------

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    some_pairs(0)
}

fn some_pairs(least: usize) -> impl Strategy<Value = Vec<(String, String)>> {
    let text = prop_oneof![any::<String>(), "[a-z_&=%+ ]{0,12}", Just(String::new())];
    prop::collection::btree_map("[a-zA-Z_-]{1,8}", text, least..12)
        .prop_map(|map| map.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

proptest! {
    #[test]
    fn the_order_of_parameters_does_not_matter(pairs in pairs(), key in "[ -~]{1,40}") {
        let key = PartnerKey::new(key);
        let mut reversed = pairs.clone();
        reversed.reverse();
        let signature = key.signature(&sign::canonical(borrowed(&pairs)));
        prop_assert_eq!(signature.len(), 32);
        prop_assert!(key.verify(borrowed(&reversed), &signature));
    }

    #[test]
    fn a_changed_value_changes_the_signature(mut pairs in some_pairs(1), at in any::<prop::sample::Index>()) {
        let key = PartnerKey::new("key");
        let signature = key.signature(&sign::canonical(borrowed(&pairs)));
        let at = at.index(pairs.len());
        pairs[at].1.push('x');
        prop_assert!(!key.verify(borrowed(&pairs), &signature));
    }

    #[test]
    fn forms_come_back(pairs in pairs()) {
        let form = form::encode(borrowed(&pairs));
        prop_assert!(form.is_ascii());
        let back: Vec<(String, String)> =
            form::decode(form.as_bytes()).unwrap().into_iter().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        prop_assert_eq!(back, pairs);
    }

    #[test]
    fn what_is_sent_is_what_was_signed(pairs in pairs()) {
        let account = Account::new("demo", "123", "secret").unwrap();
        let operation = Operation::raw(Method::Post, "/openapi/x/y");
        let common = ["partner_id", "timestamp", "sign", "partner_key"];
        let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| !common.contains(&name.as_str())).collect();
        let mut params = Params::new();
        for (name, value) in &pairs {
            params.set(name.clone(), value.as_str());
        }
        let built = request::build(&account, &operation, &params, 1_500_000_000).unwrap();
        let Body::Form(body) = &built.body else { panic!("a form") };
        let received = form::decode(body.as_bytes()).unwrap();
        let text = |name: &str| received.iter().find(|(known, _)| known == name).unwrap().1.to_string();
        prop_assert!(PartnerKey::new("secret").verify(received.iter().map(|(n, v)| (n.as_ref(), v.as_ref())), &text("sign")));
        let mut expected = pairs;
        expected.push(("partner_id".into(), "123".into()));
        expected.push(("timestamp".into(), "1500000000".into()));
        expected.push(("sign".into(), text("sign")));
        expected.sort();
        let mut got: Vec<(String, String)> = received.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        got.sort();
        prop_assert_eq!(got, expected);
    }
}

// --- straightening ------------------------------------------------------------

/// A shape, a value that is straight by it, and the same value as loose PHP writes it.
#[derive(Debug, Clone)]
struct Sample {
    shape: &'static Shape,
    straight: Json,
    loose: Json,
}

fn leak(shape: Shape) -> &'static Shape {
    Box::leak(Box::new(shape))
}

fn scalar() -> impl Strategy<Value = Sample> {
    let int = |shape: Shape| {
        (any::<i64>(), any::<bool>()).prop_map(move |(int, as_text)| Sample {
            shape: leak(shape),
            straight: json!(int),
            loose: if as_text { json!(int.to_string()) } else { json!(int) },
        })
    };
    prop_oneof![
        int(Shape::Int),
        int(Shape::Id),
        (any::<bool>(), 0..5).prop_map(|(truth, form)| Sample {
            shape: leak(Shape::Bool),
            straight: json!(truth),
            loose: match form {
                0 => json!(truth),
                1 => json!(i32::from(truth)),
                2 => json!(i32::from(truth).to_string()),
                _ => json!(truth.to_string()),
            },
        }),
        any::<String>().prop_map(|text| Sample { shape: leak(Shape::Text), straight: json!(text), loose: json!(text) }),
        any::<i64>().prop_map(|int| Sample {
            shape: leak(Shape::Text),
            straight: json!(int.to_string()),
            loose: json!(int)
        }),
        (-1_000_000i64..1_000_000, any::<bool>()).prop_map(|(cents, as_text)| {
            let text = format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
            let straight: Json = serde_json::from_str(&text).unwrap();
            Sample { shape: leak(Shape::Float), loose: if as_text { json!(text) } else { straight.clone() }, straight }
        }),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    scalar().prop_recursive(4, 40, 6, |inner| {
        let member = ("[a-z_]{1,6}", inner.clone(), 0..4u8);
        prop_oneof![
            // Members may be null or unknown.
            prop::collection::vec(member, 0..6).prop_map(object),
            // One shape for all elements: the same element several times.
            (inner.clone(), 0..5usize, any::<bool>()).prop_map(|(item, count, with_gaps)| Sample {
                shape: leak(Shape::Array(item.shape)),
                straight: Json::Array(vec![item.straight; count]),
                loose: if with_gaps {
                    let numbered = (0..count).map(|index| ((index * 2).to_string(), item.loose.clone()));
                    Json::Object(numbered.collect())
                } else {
                    Json::Array(vec![item.loose; count])
                },
            }),
            (inner, 0..5usize, any::<bool>()).prop_map(|(value, count, as_list)| {
                let named =
                    |value: &Json| (0..count).map(|index| (index.to_string(), value.clone())).collect::<Map<_, _>>();
                Sample {
                    shape: leak(Shape::Map(value.shape)),
                    straight: Json::Object(named(&value.straight)),
                    loose: if as_list {
                        Json::Array(vec![value.loose; count])
                    } else {
                        Json::Object(named(&value.loose))
                    },
                }
            }),
        ]
    })
}

fn object(members: Vec<(String, Sample, u8)>) -> Sample {
    let (mut fields, mut straight, mut loose) = (Vec::new(), Map::new(), Map::new());
    for (index, (name, sample, state)) in members.into_iter().enumerate() {
        let name: &'static str = Box::leak(format!("{name}{index}").into_boxed_str());
        match state {
            0 => {
                fields.push(Field { name, shape: *sample.shape, need: Need::Optional });
                loose.insert(name.to_owned(), Json::Null);
            }
            1 => {
                straight.insert(name.to_owned(), sample.loose.clone());
                loose.insert(name.to_owned(), sample.loose);
            }
            _ => {
                fields.push(Field { name, shape: *sample.shape, need: Need::Required });
                straight.insert(name.to_owned(), sample.straight);
                loose.insert(name.to_owned(), sample.loose);
            }
        }
    }
    let loose = if loose.is_empty() { json!([]) } else { Json::Object(loose) };
    Sample { shape: leak(Shape::Object(fields.leak())), straight: Json::Object(straight), loose }
}

/// Any JSON, with whole numbers beyond 64 bits left out: serde_json does not keep them.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "-?[0-9]{1,20}".prop_map(Json::from),
        // Quarters are exact in binary: serde_json itself may miss the last digit of others.
        any::<i32>().prop_map(|quarters| Json::from(f64::from(quarters) / 4.0)),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec(("[a-z0-9]{0,4}", inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn run(shape: &Shape, input: &str, options: Options) -> (Json, usize) {
    let (data, departures) = straighten(shape, input.as_bytes(), options).unwrap();
    let text = String::from_utf8(data).unwrap();
    (serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text} from {input}")), departures.len())
}

/// Whether nothing is null or missing that must be there for a typed decoder.
fn is_whole(shape: &Shape, value: &Json) -> bool {
    match (shape, value) {
        (Shape::Array(item), Json::Array(items)) => items.iter().all(|value| is_whole(item, value)),
        (Shape::Map(item), Json::Object(members)) => {
            members.values().all(|value| value.is_null() || is_whole(item, value))
        }
        (Shape::Object(fields), Json::Object(members)) => fields.iter().all(|field| match members.get(field.name) {
            None => field.need == Need::Optional && !matches!(field.shape, Shape::Array(_) | Shape::Map(_)),
            Some(value) => is_whole(&field.shape, value),
        }),
        (Shape::Any | Shape::Null, _) => true,
        (_, value) => !value.is_null(),
    }
}

/// Whether a value is what its shape says (null aside).
fn conforms(shape: &Shape, value: &Json) -> bool {
    match (shape, value) {
        (_, Json::Null) | (Shape::Any | Shape::Null, _) => true,
        (Shape::Int | Shape::Id, Json::Number(number)) => number.is_i64(),
        (Shape::Float, Json::Number(_)) | (Shape::Bool, Json::Bool(_)) | (Shape::Text, Json::String(_)) => true,
        (Shape::Array(item), Json::Array(items)) => items.iter().all(|value| conforms(item, value)),
        (Shape::Map(item), Json::Object(members)) => members.values().all(|value| conforms(item, value)),
        (Shape::Object(fields), Json::Object(members)) => members.iter().all(|(name, value)| {
            fields.iter().find(|field| field.name == name).is_none_or(|field| conforms(&field.shape, value))
        }),
        _ => false,
    }
}

proptest! {
    #[test]
    fn loose_values_become_straight(sample in sample(), pretty in any::<bool>()) {
        let input = if pretty { serde_json::to_string_pretty(&sample.loose).unwrap() } else { sample.loose.to_string() };
        let (data, departures) = run(sample.shape, &input, Options::default());
        prop_assert_eq!(&data, &sample.straight);
        prop_assert_eq!(departures, 0);
    }

    #[test]
    fn nothing_is_lost_where_nothing_is_described(value in any_json()) {
        let (data, departures) = run(&Shape::Any, &value.to_string(), Options::default());
        prop_assert_eq!(data, value);
        prop_assert_eq!(departures, 0);
    }

    /// Values of quite another shape: without departures the result conforms,
    /// and with departures set aside it always does.
    #[test]
    fn what_departs_is_reported(sample in sample(), value in any_json()) {
        let (data, departures) = run(sample.shape, &value.to_string(), Options::default());
        prop_assert!(departures > 0 || conforms(sample.shape, &data), "{} by {:?}", data, sample.shape);
        let (rest, set_aside) = run(sample.shape, &value.to_string(), Options { set_aside: true, ..Options::default() });
        prop_assert!(conforms(sample.shape, &rest), "{} by {:?}", rest, sample.shape);
        prop_assert!(is_whole(sample.shape, &rest), "{} by {:?}", rest, sample.shape);
        // Null in a list is one for a typed decoder only.
        prop_assert!(set_aside >= departures);
    }

    #[test]
    fn mixed_values_lose_no_members(mut sample in sample(), value in any_json()) {
        if let Json::Object(members) = &mut sample.loose {
            members.insert("zz_unknown".to_owned(), value.clone());
            let (data, _) = run(sample.shape, &sample.loose.to_string(), Options::default());
            if let Shape::Object(_) = sample.shape {
                prop_assert_eq!(&data["zz_unknown"], &value);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), which in any::<prop::sample::Index>()) {
        let operations = operation::all();
        let _ = answer::parse(&operations[which.index(operations.len())], 200, &bytes);
    }

    #[test]
    fn no_text_like_json_makes_it_panic(text in r#"[\[\]{}",:0-9a-z\\ .eE+-]{0,80}"#, which in any::<prop::sample::Index>()) {
        let operations = operation::all();
        let operation = &operations[which.index(operations.len())];
        let envelope = format!(r#"{{"code":{},"data":{text},"msg":"","ts":1}}"#, operation.success);
        let valid = serde_json::from_str::<Json>(&envelope).is_ok();
        let parsed = answer::parse(operation, 200, envelope.as_bytes());
        if let Ok(answer) = &parsed {
            prop_assert!(serde_json::from_slice::<Json>(&answer.data).is_ok());
        }
        // serde_json refuses numbers beyond f64, which pass through here.
        if valid {
            prop_assert!(parsed.is_ok(), "{}", envelope);
        }
    }

    /// An example cut off anywhere is an error, not half a result.
    #[test]
    fn half_an_answer_is_an_error(cut in any::<prop::sample::Index>()) {
        let operation = operation::find("room.list").unwrap();
        let whole = r#"{"code":0,"data":{"list":[{"room_id":"1","title":"课\u8bfe"}],"total":"1"},"msg":"","ts":1}"#;
        let mut cut = cut.index(whole.len());
        while !whole.is_char_boundary(cut) {
            cut -= 1;
        }
        prop_assert!(answer::parse(operation, 200, &whole.as_bytes()[..cut]).is_err());
    }
}

// --- what is checked when a client is made ---------------------------------------

proptest! {
    /// Whatever is taken for a domain, a call goes to its own path there, and nowhere else.
    #[test]
    fn a_domain_that_is_taken_leads_to_the_path(domain in prop_oneof![
        any::<String>(), "(https?://)?[a-z.:/@?#\\\\ 0-9\\[\\]-]{0,20}(:[0-9]{0,6})?/?"
    ]) {
        let Ok(account) = Account::new(&domain, 1, "key") else { return Ok(()) };
        let address = account.address(operation::find("room.info").unwrap()).unwrap();
        let host = address.strip_suffix("/openapi/room/info").unwrap();
        let host = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://")).unwrap();
        prop_assert!(!host.is_empty() && !host.contains(['/', '@', '?', '#', '\\', ' ']), "{address}");
        prop_assert!(host.is_ascii() && !host.contains(|char: char| char.is_control()), "{address}");
    }

    /// So does every path that is taken.
    #[test]
    fn a_path_that_is_taken_is_sent_as_it_is(path in prop_oneof![any::<String>(), "/?[a-z./@?#%2eE\\\\\n ]{0,16}"]) {
        let account = Account::new("demo", 1, "key").unwrap();
        match request::build(&account, &Operation::raw(Method::Post, path.as_str()), &Params::new(), 1) {
            Ok(request) => {
                let sent = request.url.strip_prefix("https://demo.at.baijiayun.com").unwrap();
                prop_assert_eq!(sent, path.as_str());
                prop_assert!(sent.starts_with('/') && !sent.contains("//") && !sent.split('/').any(|part| part == ".."));
            }
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[test]
    fn any_retry_after_is_read(header in prop_oneof![
        any::<String>(), "-?[0-9]{0,30}(\\.[0-9]{0,30})?", "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT"
    ], unix in any::<i64>()) {
        let _ = retry_after(&header, unix);
    }
}

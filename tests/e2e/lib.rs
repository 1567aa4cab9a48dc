//! What the end-to-end tests share.

pub mod quota;
pub mod redis_server;

use std::time::Duration;

use baijiayun::core::Operation;
use baijiayun::{Account, Client, File, Params, QuotaSettings, RetrySettings, Settings};
use serde_json::Value as Json;

/// A client of the mock that does not hold itself back and tries again at once.
pub fn client(mock: &baijiayun_mock::MockService) -> Client {
    let account = Account::new(mock.url(), mock.partner_id(), mock.partner_key()).expect("the mock's account is valid");
    let settings = Settings {
        quota: QuotaSettings::unlimited(),
        retry: RetrySettings { base: Duration::from_millis(2), ..RetrySettings::default() },
        ..Settings::default()
    };
    Client::builder(account).settings(settings).build().expect("a client")
}

/// The shared vectors of that name.
pub fn vectors(name: &str) -> Vec<Json> {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The parameters of a request vector, in which a file is `{"file": {"name", "size"}}`.
pub fn params(operation: &Operation, vector: &Json) -> Params {
    let mut plain = vector["params"].as_object().expect("an object of parameters").clone();
    let mut files = Vec::new();
    plain.retain(|name, value| {
        let Some(file) = value.get("file") else { return true };
        let size = file["size"].as_u64().and_then(|size| usize::try_from(size).ok()).expect("a size");
        files.push((name.clone(), File::bytes(file["name"].as_str().expect("a name"), vec![b'x'; size])));
        false
    });
    let mut params = Params::from_json(operation, &Json::Object(plain).to_string()).expect("valid parameters");
    for (name, file) in files {
        params.set(name, file);
    }
    params
}

//! What the explorer of the site runs: the engine and the mock as the npm packages have them, and signatures: the text that is signed, and
//! why another one is not the right one. As one file they share the core and its table (docs/decisions/0047).

use baijiayun_explain::paste::{self, Malformed};
use baijiayun_explain::{Host, Signing, compute, explain};
use serde_json::json;
use wasm_bindgen::prelude::*;

// Their sources, and not the crates: as libraries beside what they are for npm, those would be 8 kB larger there.
#[path = "../../src/lib.rs"]
mod engine;
#[path = "../../mock/src/lib.rs"]
mod mock;

#[wasm_bindgen]
extern "C" {
    /// The page's own encoder, made of its decoder.
    #[wasm_bindgen(js_namespace = globalThis, js_name = baijiayunGbk)]
    fn gbk(text: &str) -> Vec<u8>;
    #[wasm_bindgen(js_namespace = globalThis, js_name = baijiayunLower)]
    fn lower(text: &str) -> String;
    #[wasm_bindgen(js_namespace = globalThis, js_name = baijiayunUpper)]
    fn upper(text: &str) -> String;
    #[wasm_bindgen(js_namespace = globalThis, js_name = baijiayunDouble)]
    fn double(text: &str) -> Option<String>;
}

const HOST: Host = Host { gbk, lower, upper, double };

/// Reads a request as people have it at hand (a body, a query, an address, JSON, a curl line, an HTTP request), signs it, and looks
/// for what gives the other signature: `sign`, or the one that the request holds if that is empty. `names` has the names of all
/// parameters, a line each. Returns JSON: `read_as`, `text`, `sign`, `expected`, `matches`, `explanations`.
///
/// # Errors
/// What is wrong with the request.
#[wasm_bindgen]
pub fn check(request: &str, sign: &str, partner_id: &str, key: &str, names: &str) -> Result<String, String> {
    let pasted = paste::read(request).map_err(|error| format!("{error}: {}", Malformed::HINT))?;
    let pasted = pasted.ok_or_else(|| Malformed::HINT.to_owned())?;
    let held = || pasted.pairs.iter().find(|(name, _)| name == "sign").map(|(_, sign)| sign.clone());
    let given = Some(sign.trim().to_owned()).filter(|sign| !sign.is_empty());
    let expected = given.or_else(held);
    let (text, right) = compute(&pasted.pairs, key);
    let matches = expected.as_ref().map(|expected| *expected == right);
    let partner_id = Some(partner_id.to_owned()).filter(|id| !id.is_empty());
    let kind = pasted.kind;
    let explanations = match &expected {
        Some(expected) if matches == Some(false) => {
            explain(&Signing { pairs: pasted.pairs, key: key.to_owned(), partner_id }, expected, names.lines(), HOST)
        }
        _ => Vec::new(),
    };
    Ok(json!({
        "read_as": kind, "text": text, "sign": right, "expected": expected, "matches": matches, "explanations": explanations,
    })
    .to_string())
}

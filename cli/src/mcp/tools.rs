//! The tools: what each is called, what it takes, and what it does.

use baijiayun::core::operation::{self, Operation};
use baijiayun::core::{answer, coerce::Departure};
use baijiayun::{Answer, Params};
use baijiayun_api::Description;
use baijiayun_explain::{Signing, compute, paste};
use rmcp::model::{self, JsonObject, ToolAnnotations};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Server;
use super::arguments;
use crate::callback::verify;
use crate::clock::now;
use crate::failure::Failure;
use crate::{operations, parse, secrets, sign};

/// What agents are told of all of them.
pub(super) const INSTRUCTIONS: &str = "The server API of BaijiaYun (百家云): live classrooms and video on demand. \
    Find an operation with find_operations (English or Chinese), look at its parameters with describe_operation, then use \
    call. Times may be given as \"2030-01-01 08:00:00\" (Beijing) or unix seconds. partner_id, timestamp and sign are added \
    by call itself.";

/// Most operations that a search shows, if no number is given.
const SHOWN: usize = 15;

/// Most characters of a name or of a few words.
const SHORT: usize = 1000;

/// Most departures that are told one by one.
const MOST_DEPARTURES: usize = 20;

/// Most bytes of data that an agent is given at once.
const MOST: usize = 100_000;

/// After so many seconds the service no longer takes a signature; it refuses what is 5 minutes off.
const STALE: i64 = 600;

#[derive(Clone, Copy)]
pub(super) enum Tool {
    Find,
    Describe,
    Call,
    Sign,
    Explain,
    Parse,
    Verify,
}

impl Tool {
    pub(super) const ALL: [Tool; 7] =
        [Tool::Find, Tool::Describe, Tool::Call, Tool::Sign, Tool::Explain, Tool::Parse, Tool::Verify];

    pub(super) fn name(self) -> &'static str {
        match self {
            Tool::Find => "find_operations",
            Tool::Describe => "describe_operation",
            Tool::Call => "call",
            Tool::Sign => "sign",
            Tool::Explain => "explain_signature",
            Tool::Parse => "parse_answer",
            Tool::Verify => "verify_callback",
        }
    }

    fn description(self, allow_writes: bool) -> &'static str {
        match self {
            Tool::Find => {
                "Search the operations by words in English or Chinese, in names, titles, summaries, parameters and paths; the \
                best come first. 按中英文关键词查找接口"
            }
            Tool::Describe => {
                "Everything about one operation: parameters with types, listed values and whether they are required, its \
                data, limits, and where the path comes from. 查看接口的参数与返回"
            }
            Tool::Call if allow_writes => {
                "Call an operation for the account and give its data. It may change or delete something: describe_operation \
                says whether it only reads (read_only). 调用接口"
            }
            Tool::Call => {
                "Call an operation that only reads, for the account, and give its data. What changes something is refused. \
                调用只读接口"
            }
            Tool::Sign => {
                "Compute the signature of parameters, partner_id and timestamp among them, with the text that is signed \
                (without the key). 计算签名"
            }
            Tool::Explain => {
                "Say whether a signature that somebody else computed is right, and if not, which of about a hundred mistakes \
                gives it. 排查签名错误"
            }
            Tool::Parse => {
                "Read an answer of the service as an operation's: its data, and what is not as described; or the error that \
                it is. 解析接口返回"
            }
            Tool::Verify => {
                "Check the signature of a callback that the service posted, and read it; if it is wrong, say why. 校验回调"
            }
        }
    }

    /// What it takes: a schema of JSON.
    fn schema(self) -> JsonObject {
        let params = || json!({"type": "object", "description": "Parameters by name, as texts or numbers"});
        let text = |description: &str| json!({"type": "string", "description": description});
        let short = |description: &str| json!({"type": "string", "maxLength": SHORT, "description": description});
        let operation = || short("Name of an operation, for example room.create");
        let (required, properties) = match self {
            Tool::Find => (
                json!(["query"]),
                json!({
                    "query": short("Words such as \"create room\" or 考勤, or how a name begins, such as room."),
                    "limit": {"type": "integer", "minimum": 1, "description": "Most operations to show; 15 if not given"},
                }),
            ),
            Tool::Describe => (json!(["operation"]), json!({"operation": operation()})),
            Tool::Call => (json!(["operation"]), json!({"operation": operation(), "params": params()})),
            Tool::Sign => (json!(["params"]), json!({"params": params()})),
            Tool::Explain => (
                json!([]),
                json!({
                    "request": text(
                        "A whole request with its sign: a body, query, address, JSON object, curl line or HTTP request"
                    ),
                    "params": params(),
                    "sign": short("The signature, if request does not hold it"),
                }),
            ),
            Tool::Parse => (
                json!(["operation", "body"]),
                json!({
                    "operation": operation(),
                    "body": text("The body as it came"),
                    "status": {
                        "type": "integer", "minimum": 100, "maximum": 599,
                        "description": "The HTTP status; 200 if not given",
                    },
                }),
            ),
            Tool::Verify => (
                json!(["body"]),
                json!({
                    "body": text("The body as it was posted: a form or JSON"),
                    "content_type": short("Its header Content-Type; if not given the body is looked at"),
                }),
            ),
        };
        JsonObject::from_iter([
            ("type".to_owned(), json!("object")),
            ("properties".to_owned(), properties),
            ("required".to_owned(), required),
            ("additionalProperties".to_owned(), json!(false)),
        ])
    }

    /// As a client lists it.
    pub(super) fn shown(self, allow_writes: bool) -> model::Tool {
        let calls = matches!(self, Tool::Call);
        let writes = calls && allow_writes;
        let annotations = ToolAnnotations::new().read_only(!writes).open_world(calls);
        model::Tool::new(self.name(), self.description(allow_writes), self.schema()).annotate(if writes {
            annotations.destructive(true)
        } else {
            annotations
        })
    }

    /// What an agent reads: JSON.
    pub(super) async fn run(self, arguments: JsonObject, server: &Server) -> Result<String, Failure> {
        arguments::check(&self.schema(), &arguments).map_err(|why| wrong(format!("{}: {why}", self.name())))?;
        match self {
            Tool::Find => apart(arguments, find).await,
            Tool::Describe => apart(arguments, describe).await,
            Tool::Call => call(read(arguments)?, server).await,
            Tool::Sign => sign(&read(arguments)?, server).await,
            Tool::Explain => explain(read(arguments)?, server).await,
            Tool::Parse => apart(arguments, parse_answer).await,
            Tool::Verify => verify_callback(read(arguments)?, server).await,
        }
    }
}

/// Computes in a thread of its own: other calls go on meanwhile.
async fn apart<T: DeserializeOwned + Send + 'static>(
    arguments: JsonObject,
    work: fn(&T) -> Result<String, Failure>,
) -> Result<String, Failure> {
    let asked = read(arguments)?;
    computed(move || work(&asked)).await
}

async fn computed(work: impl FnOnce() -> Result<String, Failure> + Send + 'static) -> Result<String, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new("internal", error.to_string()))?
}

fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Failure> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| wrong(error.to_string()))
}

fn wrong(message: impl Into<Box<str>>) -> Failure {
    Failure::new("invalid_parameters", message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Find {
    query: String,
    limit: Option<usize>,
}

fn find(asked: &Find) -> Result<String, Failure> {
    let found = operations::found(asked.query.trim());
    let shown = found.iter().take(asked.limit.unwrap_or(SHOWN)).map(|entry| {
        let operation = entry.operation;
        json!({
            "name": entry.full_name(), "title": operation.title, "summary": operation.summary,
            "path": operation.path, "read_only": operation.read_only,
        })
    });
    Ok(json!({"found": found.len(), "operations": shown.collect::<Vec<_>>()}).to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Describe {
    operation: String,
}

fn describe(asked: &Describe) -> Result<String, Failure> {
    operation::find(&asked.operation)?;
    let entry = Description::embedded().find(&asked.operation).ok_or_else(|| wrong("it is not described"))?;
    serde_json::to_string(&operations::Shown::from(entry)).map_err(|error| Failure::new("internal", error.to_string()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    operation: String,
    #[serde(default)]
    params: Map<String, Value>,
}

async fn call(asked: Call, server: &Server) -> Result<String, Failure> {
    let operation = operation::find(&asked.operation)?;
    if !(operation.read_only || server.allow_writes) {
        return Err(Failure::new("not_allowed", format!("{} changes something", operation.name)).with_hint(
            "this server calls only what reads: ask the user, who may start it with `bjy mcp --allow-writes`, or give them the command `bjy call ..`",
        ));
    }
    let entry = Description::embedded().find(&asked.operation);
    if entry.is_some_and(|entry| secrets::holds_secret(&entry.operation.response)) {
        return Err(Failure::new("not_allowed", format!("{} gives a key, which no agent is told", operation.name))
            .with_hint("give the user the command `bjy call ..`"));
    }
    let params = Params::from_json(operation, &Value::Object(asked.params).to_string())?;
    let answer = server.client().await?.call(&operation.name).params(params).send().await?;
    data(operation, &answer)
}

/// The data of an answer, cut if they are very long.
fn data(operation: &Operation, answer: &Answer) -> Result<String, Failure> {
    let mut departures: Vec<Value> = shown(operation, &answer.departures);
    if departures.len() > MOST_DEPARTURES {
        departures.push(json!(format!("and {} more", answer.departures.len() - MOST_DEPARTURES)));
    }
    let text = String::from_utf8_lossy(&answer.data);
    if text.len() > MOST {
        let begun: String = text.chars().take(MOST / 4).collect();
        let hint = "the data are cut: ask for fewer rows (limit, page), or for less time";
        return Ok(json!({"cut": hint, "bytes": text.len(), "begins": begun}).to_string());
    }
    let raw = RawValue::from_string(text.into_owned()).map_err(|error| Failure::new("not_json", error.to_string()))?;
    let mut told = json!({ "data": null });
    if !departures.is_empty() {
        told = json!({"data": null, "departures": departures});
    }
    // Numbers keep their digits.
    Ok(told.to_string().replacen("\"data\":null", &format!("\"data\":{}", raw.get()), 1))
}

fn shown(operation: &Operation, departures: &[Departure]) -> Vec<Value> {
    parse::shown(operation, departures).take(MOST_DEPARTURES).map(|departure| json!(departure)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    params: Map<String, Value>,
}

async fn sign(asked: &Sign, server: &Server) -> Result<String, Failure> {
    let pairs = pairs(&asked.params)?;
    if !server.allow_writes && has_borders(&pairs) {
        return Err(Failure::new("not_allowed", "a name or value with & (or a name with =) can be read as other parameters, and so as a newer timestamp")
            .with_hint("without `bjy mcp --allow-writes` such parameters are not signed; explain_signature checks the signature of them"));
    }
    if !server.allow_writes && !is_stale(&pairs) {
        return Err(Failure::new("not_allowed", "this signature would be good for any operation, also for one that changes something")
            .with_hint("without `bjy mcp --allow-writes` only what has a timestamp of more than ten minutes ago is signed; call signs by itself"));
    }
    let (_, key) = server.settings().await?.key()?;
    let (text, sign) = compute(&pairs, &key);
    Ok(json!({"text": text, "sign": sign}).to_string())
}

/// Whether what is signed is also what other parameters give, since some of them hold what stands between pairs.
fn has_borders(pairs: &[(String, String)]) -> bool {
    pairs.iter().any(|(name, value)| name.contains(['&', '=']) || value.contains('&'))
}

/// Whether the service would refuse what is signed.
fn is_stale(pairs: &[(String, String)]) -> bool {
    let timestamp = pairs.iter().find(|(name, _)| name == "timestamp").and_then(|(_, value)| value.parse::<i64>().ok());
    timestamp.is_some_and(|timestamp| timestamp < now() - STALE)
}

/// As they are signed.
fn pairs(params: &Map<String, Value>) -> Result<Vec<(String, String)>, Failure> {
    let text = |(name, value): (&String, &Value)| match value {
        _ if name == "partner_key" => Err(wrong("partner_key is not a parameter of the request")),
        Value::String(text) => Ok((name.clone(), text.clone())),
        Value::Number(number) => Ok((name.clone(), number.to_string())),
        _ => Err(wrong(format!("{name}: give the text that is sent"))),
    };
    params.iter().map(text).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Explain {
    request: Option<String>,
    params: Option<Map<String, Value>>,
    sign: Option<String>,
}

async fn explain(asked: Explain, server: &Server) -> Result<String, Failure> {
    let pairs = match (&asked.request, &asked.params) {
        (Some(request), None) => {
            paste::read(request)?
                .ok_or_else(|| wrong("request is none that is understood: give params and sign"))?
                .pairs
        }
        (None, Some(params)) => pairs(params)?,
        _ => return Err(wrong("give either request or params")),
    };
    let held = || pairs.iter().find(|(name, _)| name == "sign").map(|(_, sign)| sign.clone());
    let expected = asked.sign.clone().or_else(held).ok_or_else(|| wrong("the signature is missing: give sign"))?;
    let expected = expected.trim();
    let (partner_id, key) = server.settings().await?.key()?;
    let expected = expected.to_owned();
    computed(move || {
        let (text, right) = compute(&pairs, &key);
        let matches = right == expected;
        let explanations =
            if matches { Vec::new() } else { sign::explained(&Signing { pairs, key, partner_id }, &expected) };
        // Not the right one: it would be good for any operation.
        Ok(json!({"matches": matches, "text": text, "explanations": explanations}).to_string())
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parse {
    operation: String,
    body: String,
    status: Option<u16>,
}

fn parse_answer(asked: &Parse) -> Result<String, Failure> {
    let operation = operation::find(&asked.operation)?;
    let answer = answer::parse(operation, asked.status.unwrap_or(200), asked.body.as_bytes())?;
    data(operation, &answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    body: String,
    #[serde(default)]
    content_type: String,
}

async fn verify_callback(asked: Verify, server: &Server) -> Result<String, Failure> {
    let (partner_id, key) = server.settings().await?.key()?;
    computed(move || {
        let body = asked.body.trim_end().as_bytes();
        let callback = verify::check(body, &asked.content_type, None, partner_id, key)?;
        let data: Value = serde_json::from_slice(callback.json()).unwrap_or_default();
        let (name, qid, age) = (callback.name(), callback.qid(), now() - callback.timestamp());
        Ok(json!({"signed": "rightly", "name": name, "qid": qid, "age": age, "data": data}).to_string())
    })
    .await
}

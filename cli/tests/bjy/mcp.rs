//! `bjy mcp`, spoken to in plain JSON-RPC. A client of the protocol's own SDK speaks to it in `cli/dev mcp`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::mock::Mock;
use crate::tool::{Bjy, KEY};

struct Agent {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Agent {
    /// A client that has greeted the server.
    fn start(bjy: &Bjy, arguments: &[&str]) -> Agent {
        let mut command = bjy.command(&[&["mcp"], arguments].concat());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut agent = Agent { process, input, output, id: 0 };
        let client = json!({"name": "test", "version": "1"});
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        let answer = agent.ask("initialize", hello);
        assert_eq!(answer["result"]["serverInfo"]["name"], "bjy", "{answer}");
        assert!(answer["result"]["instructions"].as_str().unwrap().contains("find_operations"));
        agent.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    fn write(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert!(!line.contains(KEY), "the key is told: {line}");
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Whether the tool failed, and what it told.
    fn call(&mut self, tool: &str, arguments: Value) -> (bool, Value) {
        let answer = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
        (result["isError"] == true, serde_json::from_str(text).unwrap())
    }

    #[track_caller]
    fn good(&mut self, tool: &str, arguments: Value) -> Value {
        let (failed, told) = self.call(tool, arguments);
        assert!(!failed, "{tool}: {told}");
        told
    }

    #[track_caller]
    fn bad(&mut self, tool: &str, arguments: Value) -> Value {
        let (failed, told) = self.call(tool, arguments);
        assert!(failed, "{tool}: {told}");
        told
    }

    /// Its client goes, and so does it.
    fn end(mut self) {
        drop(self.input);
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn operations_are_found_and_described_without_an_account() {
    let mut agent = Agent::start(&Bjy::new(), &[]);
    let tools = agent.ask("tools/list", json!({}));
    let names: Vec<_> = tools["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    let wanted = [
        "find_operations",
        "describe_operation",
        "call",
        "sign",
        "explain_signature",
        "parse_answer",
        "verify_callback",
    ];
    assert_eq!(names, wanted.map(Value::from));
    for query in ["创建房间", "create room"] {
        let found = agent.good("find_operations", json!({"query": query, "limit": 3}));
        assert_eq!(found["operations"][0]["name"], "room.create", "{found}");
        assert!(found["operations"].as_array().unwrap().len() <= 3);
    }
    let described = agent.good("describe_operation", json!({"operation": "room.create"}));
    assert!(described["params"].as_array().unwrap().iter().any(|param| param["name"] == "title"), "{described}");
    let error = agent.bad("describe_operation", json!({"operation": "room.creat"}));
    assert!(error["hint"].as_str().unwrap().contains("room.create"), "{error}");
    let error = agent.bad("call", json!({"operation": "room.list"}));
    assert_eq!(error["msg"], "the account lacks domain, partner_id, partner_key");
    for (tool, arguments, why) in [
        ("find_operations", json!({"words": "x"}), "find_operations: words is no argument; there are query, limit"),
        ("find_operations", json!({}), "find_operations: query is missing"),
        (
            "find_operations",
            json!({"query": "x", "limit": -1}),
            "find_operations: limit must be a whole number from 1 on, not -1",
        ),
        (
            "find_operations",
            json!({"query": "x".repeat(1001)}),
            "find_operations: query must have at most 1000 characters",
        ),
        (
            "parse_answer",
            json!({"operation": "room.list", "body": "", "status": 99}),
            "parse_answer: status must be a whole number from 100 to 599, not 99",
        ),
    ] {
        assert_eq!(agent.bad(tool, arguments)["msg"], why);
    }
    agent.end();
}

#[test]
fn only_what_reads_is_called_unless_writes_are_allowed() {
    let mock = Mock::start(&["--rate=0", "--partner-key", KEY]);
    let room = json!({"title": "数学课", "start_time": "2030-01-01 08:00:00", "end_time": "2030-01-01 09:00:00"});
    let mut agent = Agent::start(&mock.client(), &[]);
    let error = agent.bad("call", json!({"operation": "room.create", "params": room}));
    assert_eq!(error["kind"], "not_allowed");
    assert!(error["hint"].as_str().unwrap().contains("--allow-writes"), "{error}");
    assert_eq!(agent.good("call", json!({"operation": "room.list"}))["data"]["total"], 0);
    // A signature does not name its operation: one that is still good would delete a room.
    let error = agent.bad("sign", json!({"params": {"room_id": 1, "timestamp": 9_999_999_999_u64}}));
    assert_eq!(error["kind"], "not_allowed");
    // What is old here reads as new there: a=x, room_id=1, timestamp=9999999999, title=&timestamp=1.
    for params in [
        json!({"a": "x&room_id=1&timestamp=9999999999&title=", "timestamp": 1}),
        json!({"a&room_id=1&timestamp": "9999999999&title=", "timestamp": 1}),
        json!({"a": "x&timestamp=9999999999", "timestamp": 1}),
        json!({"a=x": "", "timestamp": 1}),
    ] {
        assert_eq!(agent.bad("sign", json!({"params": params}))["kind"], "not_allowed", "{params}");
    }
    agent.good("sign", json!({"params": {"url": "http://a/?b=c", "timestamp": 1}}));
    agent.end();

    let mut agent = Agent::start(&mock.client(), &["--allow-writes"]);
    let made = agent.good("call", json!({"operation": "room.create", "params": room}));
    let info = agent.good("call", json!({"operation": "room.info", "params": {"room_id": made["data"]["room_id"]}}));
    assert_eq!(info["data"]["title"], "数学课");
    agent.good("sign", json!({"params": {"room_id": 1, "timestamp": 9_999_999_999_u64}}));
    let error = agent.bad("call", json!({"operation": "room.info", "params": {"room_id": 1}}));
    assert_eq!(error["code"], 3001);
    // It would make a new key, of which nobody but the agent would hear.
    let error =
        agent.bad("call", json!({"operation": "partner.get_key", "params": {"secret_key": "s", "regenerate": 1}}));
    assert_eq!(error["kind"], "not_allowed");
    agent.good("call", json!({"operation": "room.list"}));
    agent.end();
}

#[test]
fn signatures_answers_and_callbacks_are_explained() {
    let bjy = Bjy::with_account();
    let mut agent = Agent::start(&bjy, &[]);
    let params = json!({"room_id": 1, "partner_id": "12345678", "timestamp": 1_501_572_288});
    let signed = agent.good("sign", json!({"params": params}));
    assert_eq!(signed["text"], "partner_id=12345678&room_id=1&timestamp=1501572288&partner_key=***");
    let sign = signed["sign"].as_str().unwrap();
    assert_eq!(agent.good("explain_signature", json!({"params": params, "sign": sign}))["matches"], true);
    let body = format!("partner_id=12345678&room_id=1&timestamp=1501572288&sign={}", sign.to_uppercase());
    let told = agent.good("explain_signature", json!({"request": body}));
    assert_eq!(told["matches"], false);
    assert!(!told["explanations"].as_array().unwrap().is_empty() && !told.to_string().contains(sign), "{told}");

    let body = r#"{"code":0,"data":{"room_id":"7","price":9.90},"msg":"","ts":1}"#;
    let told = agent.good("parse_answer", json!({"operation": "room.info", "body": body}));
    assert_eq!(told["data"]["price"].to_string(), "9.9");
    let error = agent.bad(
        "parse_answer",
        json!({"operation": "room.info", "body": r#"{"code":3001,"data":null,"msg":"房间号不存在","ts":1}"#}),
    );
    assert_eq!(error["kind"], "room_not_found");

    let error =
        agent.bad("verify_callback", json!({"body": "room_id=17&op=start&qid=1&timestamp=1893456000&sign=0d4ff1bb"}));
    assert_eq!(error["kind"], "callback_signature");
    // An answer that repeats the key does not reach the agent; `ask` looks.
    let body = json!({"code": 1, "data": null, "msg": format!("no key {KEY}"), "ts": 1}).to_string();
    let error = agent.bad("parse_answer", json!({"operation": "room.info", "body": body}));
    assert_eq!(error["msg"], "no key ***");
    agent.end();
}

#[test]
fn half_a_character_does_not_leave_an_agent_without_an_answer() {
    let mut agent = Agent::start(&Bjy::new(), &[]);
    let request = r#"{"jsonrpc":"2.0","id":"half","method":"tools/call","params":{"name":"find_operations","arguments":{"query":"\ud83d"}}}"#;
    writeln!(agent.input, "{request}").unwrap();
    let mut line = String::new();
    agent.output.read_line(&mut line).unwrap();
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["id"], "half", "{answer}");
    agent.end();
}

#[test]
fn a_client_that_begins_otherwise_is_told_so() {
    for (said, why) in [
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "no client: it has to begin with initialize"),
        ("", "no client: it closed the connection before it had begun"),
    ] {
        let failure = Bjy::new().run_with(&["mcp"], format!("{said}\n")).failure();
        assert!(failure["msg"].as_str().unwrap().starts_with(why), "{failure}");
    }
}

// The instances of the WebAssembly: long answers get one of their own, and one that stopped is replaced.
import assert from "node:assert/strict";
import { test } from "node:test";

/** All that were made, and what stands in the place of their functions. */
const instances = [];
let instead = {};
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...given) {
  const { exports } = new Instance(...given);
  instances.push(exports.memory);
  const stops = (name) => (...args) => (instead[name] ?? exports[name])(...args);
  const names = ["engine_begin", "engine_answer", "engine_new_page", "engine_read_for_another"];
  const stopping = Object.fromEntries(names.map((name) => [name, stops(name)]));
  return Object.create(Instance.prototype, { exports: { value: { ...exports, ...stopping } } });
};
WebAssembly.Instance.prototype = Instance.prototype;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (module, imports) => (module instanceof WebAssembly.Module ? new WebAssembly.Instance(module, imports) : instantiate(module, imports));

const { MisuseError, AnswerError } = await import("baijiayun");
const { answering, envelope } = await import("./support/fakes.mjs");

const info = (client, options) => client.room.info({ room_id: 1 }, options);
const trap = () => {
  throw new WebAssembly.RuntimeError("unreachable");
};
const bytesOf = (answer) => ({ ...answer, body: new TextEncoder().encode(answer.body) });
const rows = (count) => Array.from({ length: count }, (_, id) => ({ video_id: 10_000 + id, name: `视频 ${id} `.padEnd(1100, "x") }));

test("a long answer leaves no memory behind", async () => {
  const long = bytesOf(envelope({ total: 50_000, list: rows(50_000) }));
  assert.ok(long.body.length > 50e6);
  const { client } = answering([long], { maxAnswer: 100 << 20 });
  const { data, ts, trace } = await client.video.list({ page: 1 }).withDetails();
  assert.equal(data.list.length, 50_000);
  assert.deepEqual([data.list[49_999].video_id, data.list[49_999].name.slice(0, 8), ts], ["59999", "视频 49999", 1501572288]);
  assert.equal(trace.attempts, 1);
  assert.ok(instances[0].buffer.byteLength < 8 << 20, `${instances[0].buffer.byteLength} bytes stay`);
  assert.ok(instances[1].buffer.byteLength > 50e6, "it was read in another");
});

test("a long page of a list names the next", async () => {
  const pages = [rows(1000), rows(2000).slice(1000)].map((list) => ({ total: 2000, list }));
  const { client } = answering(pages.map((page) => bytesOf(envelope(page))));
  let count = 0;
  for await (const row of client.video.list({ page_size: 1000 })) assert.equal(row.video_id, String(10_000 + count++));
  assert.equal(count, 2000);
});

test("a long answer that tells of a failure", async (t) => {
  t.mock.method(Math, "random", () => 0);
  const padded = (body, status = 200) => ({ status, body: new TextEncoder().encode(body + " ".repeat(2 << 20)) });
  const refused = await info(answering([padded('{"code":3001,"msg":"房间号不存在","ts":5}')]).client).catch((error) => error);
  assert.deepEqual([refused.kind, refused.code, refused.reason, refused.ts, refused.status], ["room_not_found", 3001, "房间号不存在", 5, 200]);
  assert.ok(refused.body.length > 65_000 && refused.body.length <= 65_536);
  // What was cut off is asked for again.
  const cut = answering([padded('{"code":0,"data":{"title":'), envelope({ title: "a" })]);
  assert.equal((await info(cut.client).withDetails()).trace.attempts, 2);
  const busy = answering([padded("<html>", 503)], { attempts: 2 });
  const error = await info(busy.client).catch((error) => error);
  assert.deepEqual([error.kind, error.status, error.trace.attempts], ["http_status", 503, 2]);
});

test("there is no memory for a long answer", async () => {
  for (const none of [{ engine_read_for_another: trap }, { engine_new_page: () => 0 }]) {
    const { client } = answering([envelope({ title: "a" }), bytesOf(envelope(rows(2000))), envelope({ title: "a" })]);
    assert.equal((await info(client)).title, "a");
    instead = none;
    const error = await info(client).catch((error) => error);
    instead = {};
    assert.ok(error instanceof AnswerError && error.kind === "too_large", String(error));
    assert.equal((await info(client)).title, "a");
  }
});

test("there is no memory for what is asked", async () => {
  const { client, requests } = answering([envelope({ title: "a" }), envelope({ title: "b" })]);
  assert.equal((await info(client)).title, "a");
  instead = { engine_new_page: () => 0 };
  const error = await client.call("room.info", { room_id: 1 }, { extra: { a: "a".repeat(100_000) } }).catch((error) => error);
  instead = {};
  assert.ok(error instanceof MisuseError && /no memory for/.test(error.reason), String(error));
  assert.equal((await info(client)).title, "b");
  assert.equal(requests.length, 2);
});

test("after a trap the client is made anew", async () => {
  let answer;
  const { client, requests } = answering([() => new Promise((resolve) => (answer = resolve)), envelope({ title: "a" })]);
  const other = answering([envelope({ title: "b" })]);
  await info(other.client);
  const before = instances.length;
  const under = info(client);
  while (!answer) await new Promise(setImmediate);
  instead = { engine_begin: trap };
  const stopped = await info(other.client).catch((error) => error);
  assert.ok(stopped instanceof MisuseError && /the engine stopped \(unreachable\)/.test(stopped.reason), String(stopped));
  instead = {};
  assert.equal((await info(other.client)).title, "b");
  assert.equal(instances.length, before + 1);
  // A call under way in the old one goes on there if it can.
  answer(envelope({ title: "old" }));
  assert.equal((await under).title, "old");
  assert.equal((await info(client)).title, "a");
  assert.equal(instances.length, before + 1);
  instead = { engine_answer: trap };
  const sent = await info(client).catch((error) => error);
  instead = {};
  assert.match(sent.hint, /may have carried out/);
  assert.equal((await info(client)).title, "a");
  assert.equal(requests.length, 4);
});

// What a day of use found: nothing of it comes back.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { BaijiayunError, Client, InvalidParametersError, MisuseError, file, fromPath, redisStore } from "baijiayun";

import { ACCOUNT, UNLIMITED, answering, envelope, serve } from "./support/fakes.mjs";

const form = ({ body }) => Object.fromEntries(new URLSearchParams(body));
const tick = () => new Promise(setImmediate);
const page = (...titles) => envelope({ list: titles.map((title) => ({ title })), total: 3 });

/** Fails if the process is told of a rejection that nobody handles, or of anything else. */
function quiet(t) {
  const told = [];
  const unhandled = (error) => told.push(error);
  const warned = (warning) => told.push(warning);
  process.on("unhandledRejection", unhandled).on("warning", warned);
  t.after(async () => {
    await tick();
    process.off("unhandledRejection", unhandled).off("warning", warned);
    assert.deepEqual(told, []);
  });
}

test("parameters and options are those of when the call was made", async () => {
  const { client, requests } = answering([page("a")]);
  const params = { page: 1 };
  const lists = [];
  for (params.page = 1; params.page <= 3; params.page++) lists.push(client.room.list(params));
  await Promise.all(lists);
  assert.deepEqual(requests.map((request) => form(request).page), ["1", "2", "3"]);

  const options = { extra: { later: "1" }, retry: "never" };
  const deep = { room_ids: [1, 2], expires_in: 60 };
  const walk = client.room.list({ limit: 1 }, options);
  const call = client.playback.getPlayerTokens(deep, options);
  options.extra.later = "2";
  options.extra = { other: 1 };
  options.nonsense = 1;
  deep.room_ids.push(3);
  await call;
  await walk;
  const [tokens, listed] = requests.slice(3).map(form);
  assert.equal(tokens.room_ids, "1,2");
  assert.equal(tokens.later, "1");
  assert.equal(listed.later, "1");
});

test("a list sends nothing before its first page is asked for", async (t) => {
  quiet(t);
  const { client, requests } = answering([page("a"), page("b"), page("c")]);
  const list = client.room.list({ limit: 1 });
  const pages = client.room.list({ limit: 1 }).pages();
  client.room.list({ nonsense: 1 });
  client.room.list({ limit: 1 }).pages();
  await tick();
  await tick();
  assert.equal(requests.length, 0);
  const titles = [];
  for await (const room of list) titles.push(room.title);
  assert.deepEqual(titles, ["a", "b", "c"]);
  assert.equal(requests.length, 3);
  assert.equal((await pages.next()).value.rows[0].title, "c");
  assert.equal(requests.length, 4);
});

test("a list is a stream, too", async (t) => {
  quiet(t);
  const { client, requests } = answering([page("a"), page("b"), page("c")]);
  const stream = Readable.from(client.room.list({ limit: 1 }));
  await tick();
  const titles = [];
  for await (const { title } of stream) titles.push(title);
  assert.deepEqual(titles, ["a", "b", "c"]);
  assert.equal(requests.length, 3);
  const failing = answering([envelope(null, { code: 3001 })]);
  await assert.rejects(Readable.from(failing.client.room.list()).toArray(), /3001/);
  assert.equal(failing.requests.length, 1);
});

test("a list is a promise in all that promises do", async (t) => {
  quiet(t);
  const { client, requests } = answering([page("a")]);
  assert.ok(client.room.list() instanceof Promise);
  const results = await Promise.all([
    client.room.list(),
    client.room.list().then((data) => data),
    client.room.list().finally(() => {}),
    Promise.resolve(client.room.list()),
    (async () => client.room.list())(),
    client.room.list().catch(assert.fail),
    client.room.list().withDetails().then(({ data }) => data),
  ]);
  assert.ok(results.every(({ list }) => list[0].title === "a"));
  assert.equal(requests.length, 7);
  const list = client.room.list();
  await Promise.all([list, list, list]);
  assert.equal(requests.length, 8);
  const plain = client.room.list().then(() => 1);
  assert.equal(Object.getPrototypeOf(plain), Promise.prototype);
  await plain;
  const failing = answering([envelope(null, { code: 3001 })]).client;
  const caught = await failing.room.list().catch((error) => error.code);
  assert.equal(caught, 3001);
});

test("the stack of an error leads to the caller, whatever the call is", async () => {
  const { client } = answering([envelope(null, { code: 3001 })]);
  const ways = {
    async byForAwait() {
      for await (const room of client.room.list()) void room;
    },
    async byPages() {
      for await (const room of client.room.list().pages()) void room;
    },
    async byAwait() {
      await client.room.list();
    },
    async byCall() {
      await client.room.info({ room_id: 1 });
    },
    async byDetails() {
      await client.room.info({ room_id: 1 }).withDetails();
    },
    async byRefusal() {
      for await (const room of client.room.list({ page: NaN })) void room;
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    const { stack } = await way().then(assert.fail, (error) => error);
    assert.match(stack, new RegExp(`${name} \\(.*surprises\\.test`), stack);
  }
});

test("undescribed numbers keep their digits", async () => {
  const id = "12345678901234567890";
  const safe = Number.MAX_SAFE_INTEGER;
  const body = `{"code":0,"data":{"title":"a","new_id":${id},"deep":[{"id":-9007199254740993}],"safe":${safe},"small":-${safe},"half":1.5},"msg":""}`;
  const { client } = answering([{ status: 200, body }]);
  const expected = { title: "a", new_id: id, deep: [{ id: "-9007199254740993" }], safe, small: -safe, half: 1.5 };
  const data = await client.room.info({ room_id: 1 });
  assert.deepEqual({ ...data, ...expected }, data);
  assert.deepEqual(await client.callPath("/openapi/new"), expected);
  const event = client.callbacks.parse(...posted(client.callbacks.signed("class_event", { room_id: 1, op: "start", op_time: "2026-11-28 08:00:00", more: { id: 12345678901234567890n } }, { json: true })));
  assert.equal(event.data.more.id, id);
});

const posted = ({ body, headers }) => [body, headers];

test("what cannot be sent is refused in words, whatever it is", async () => {
  const { client, requests } = answering([envelope(null)]);
  const Foreign = runInNewContext("({ Date, Map, Object, Uint8Array })");
  const circle = {};
  circle.self = circle;
  const said = {
    "is NaN": NaN,
    "is Infinity": Infinity,
    "does not keep exactly": 2 ** 60,
    "half a character": "a\ud83d",
    "is a Map": new Map([[1, 2]]),
    "is a Set": new Set([1]),
    "is a RegExp": /x/,
    "is a Promise": Promise.resolve(),
    "is an Error": new Error("x"),
    "is a function": () => 1,
    "is a symbol": Symbol("x"),
    "holds itself": circle,
    "is an invalid Date": new Date(NaN),
    "is a URLSearchParams": new URLSearchParams("a=1"),
  };
  for (const [words, value] of Object.entries(said)) {
    for (const a of [value, [value], { deep: value }]) {
      const error = await client.callPath("/openapi/x", { a }).then(() => assert.fail(words), (error) => error);
      assert.ok(error instanceof InvalidParametersError, `${words}: ${error.stack}`);
      assert.ok(error.message.includes(words), `${words}: ${error.message}`);
      assert.ok(error.message.length < 400, error.message);
    }
  }
  for (const params of [5, "x", [1], new Map(), new Foreign.Map(), new Date(), true, 1n, new URLSearchParams()]) {
    const error = await client.room.info(params).then(assert.fail, (error) => error);
    assert.match(error.message, /the parameters are .*not an object of names and values/);
  }
  const thrower = { get a() { throw new TypeError("no"); } };
  for (const params of [thrower, { b: thrower }, { c: new (class { toJSON() { throw new TypeError("no"); } })() }]) {
    const error = await client.callPath("/openapi/x", params).then(assert.fail, (error) => error);
    assert.ok(error instanceof InvalidParametersError, String(error));
    assert.match(error.message, /cannot be read: no/);
  }
  assert.equal(requests.length, 0);
  // What is of another realm is as good as ours.
  await client.callPath("/openapi/x", { at: new Foreign.Date(1_501_572_288_000), o: new Foreign.Object(), n: Object(5), url: new URL("https://a.b/") });
  assert.deepEqual([form(requests[0]).at, form(requests[0]).o, form(requests[0]).n], ["1501572288", "{}", "5"]);
  const room = { title: "a", start_time: new Foreign.Date(1_501_572_288_000), end_time: "2017-08-01T10:00:00+08:00" };
  await client.room.create(room);
  assert.deepEqual([form(requests[1]).start_time, form(requests[1]).end_time], ["1501572288", "1501552800"]);
});

test("everything that is thrown is ours", async () => {
  const { client } = answering([envelope(null)]);
  const misuses = [
    () => redisStore(null),
    () => redisStore({}),
    () => file(null, { name: "a" }),
    () => file(new Uint8Array(1)),
    () => file("text", { name: "a" }),
    () => fromPath(undefined),
    () => fromPath(""),
    () => client.callbacks.parse(),
    () => client.callbacks.claim(null),
    () => client.callbacks.handle(new Request("https://a.b/", { method: "POST", body: "x" })),
    () => client.links.enterRoom(),
    () => client.links.enterRoom(5),
    () => client.links.prepare({ room_id: {} }),
    () => client.call(undefined),
    () => client.call("room.info\n{}"),
    () => client.callPath(5),
    () => client.callPath(undefined),
    () => client.video.upload(null),
    () => client.video.upload(file(new Uint8Array(1), { name: "a" }), 5),
    () => client.video.resumeUpload("x", file(new Uint8Array(1), { name: "a" })),
    () => client.request("room.info", 5),
    () => client.close({ within: "x" }),
  ];
  for (const misuse of misuses) {
    const error = await (async () => misuse())().then(() => assert.fail(String(misuse)), (error) => error);
    assert.ok(error instanceof BaijiayunError, `${misuse}: ${error.stack}`);
  }
});

test("an operation that is misspelt is guessed", async () => {
  const { client } = answering([envelope(null)]);
  const cases = { "room.lst": "room.list", "room.createCode": "room.create_code", "live.startClass": "live.start_class" };
  for (const [name, meant] of Object.entries(cases)) {
    const { hint } = await client.call(name).catch((error) => error);
    if (name !== "room.createCode") assert.ok(hint.includes(meant) || hint.includes("did you mean"), `${name}: ${hint}`);
  }
});

test("what others put into Object.prototype reaches no request", async (t) => {
  const evil = { evil: "1", signal: {}, deadline: 1, dispatcher: {}, body: "x", method: "PUT", page: 5, extra: { e: 1 }, partnerKey: "evil" };
  for (const [name, value] of Object.entries(evil)) {
    Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true, writable: true });
  }
  t.after(() => Object.keys(evil).forEach((name) => delete Object.prototype[name]));
  let init;
  const fetch = async (_, given) => ((init = given), new Response(envelope({ title: "a" }).body));
  const client = new Client({ ...ACCOUNT, ...UNLIMITED, fetch });
  assert.equal((await client.room.info({ room_id: 1 })).title, "a");
  const { sign, timestamp, ...sent } = form(init);
  assert.ok(sign && timestamp);
  assert.deepEqual({ ...sent }, { partner_id: "12345678", room_id: "1" });
  assert.equal(init.method, "POST");
  assert.ok(!("dispatcher" in init) && !("evil" in init));
});

test("one signal for many calls, and times that are over, warn of nothing", async (t) => {
  quiet(t);
  const { client } = answering([async () => (await tick(), envelope({ title: "a" }))]);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 50 }, () => client.room.info({ room_id: 1 }, { signal })));
  const waiting = answering([envelope(null)], { quota: { requests: 1, seconds: 1 } });
  const abort = new AbortController();
  const calls = Array.from({ length: 30 }, () => waiting.client.room.info({ room_id: 1 }, { signal: abort.signal }));
  await tick();
  abort.abort();
  const ended = await Promise.allSettled(calls);
  assert.ok(ended.filter(({ status }) => status === "rejected").length >= 28);
  const late = answering([() => new Promise(() => {})], { attempts: 1 });
  await assert.rejects(late.client.room.info({ room_id: 1 }, { deadline: 0.001 }));
});

test("pages and their sizes count from 1", async () => {
  const { client, requests } = answering([page("a")]);
  for (const params of [{ page: 0 }, { limit: 0 }, { page: -1 }, { limit: -5 }, { page: "0" }]) {
    await assert.rejects(client.room.list(params).then(), InvalidParametersError, JSON.stringify(params));
    await assert.rejects(client.room.list(params).pages().next(), InvalidParametersError, JSON.stringify(params));
  }
  assert.equal(requests.length, 0);
});

test("links take numbers where numbers stand", () => {
  const { client } = answering([envelope(null)]);
  const user = { room_id: 1, user_number: 7, user_name: "a" };
  assert.match(client.links.enterRoom(user), /user_number=7/);
  for (const wrong of [{ user_number: 0 }, { user_number: "0" }, { user_number: -1 }, { user_number: "abc" }, { user_number: 1.5 }, { user_number: NaN }, { user_number: "" }, { room_id: 0 }, { room_id: "room" }, { user_number: true }, { user_number: {} }]) {
    const [name] = Object.keys(wrong);
    assert.throws(
      () => client.links.enterRoom({ ...user, ...wrong }),
      (error) => error instanceof InvalidParametersError && error.faults.some(({ parameter }) => parameter === name),
      JSON.stringify(wrong),
    );
  }
  assert.throws(() => client.links.videoPlayer({ video_id: "x", token: "t" }), /video_id/);
  assert.throws(() => client.links.playback({ room_id: 0, token: "t" }), /room_id/);
});

test("an executor's wrong answer is told by what it is", async () => {
  const said = new Map([
    [undefined, "gave undefined,"],
    [null, "gave null,"],
    [5, "gave a number,"],
    ["text", "gave a text,"],
    [[], "gave an array,"],
    [{}, "gave an object without a status"],
    [new Blob([]), "gave a Blob without a status"],
    [new ReadableStream(), "gave a ReadableStream without a status"],
    [{ status: "200" }, "status is a text"],
    [{ status: 200 }, "body is undefined"],
    [{ status: 200, body: null }, "body is null"],
    [{ status: 200, body: {} }, "body is an object"],
    [{ status: 200, body: new Blob([]) }, "body is a Blob"],
    [{ status: 200, body: new ReadableStream() }, "body is a ReadableStream"],
    [{ status: 200, body: new DataView(new ArrayBuffer(2)) }, "body is a DataView"],
    [{ status: 200, body: "{}", headers: null }, "headers are null"],
    [{ status: 200, body: "{}", headers: "x" }, "headers are a text"],
  ]);
  for (const [answer, words] of said) {
    const { client, requests } = answering([() => answer]);
    const error = await client.room.info({ room_id: 1 }).then(assert.fail, (error) => error);
    assert.ok(error instanceof MisuseError, `${words}: ${error}`);
    assert.ok(error.reason.includes(words), error.reason);
    assert.equal(error.operation, "room.info");
    assert.equal(requests.length, 1, "no other attempt would mend it");
  }
});

test("a fetch of one's own, with what it takes besides", async (t) => {
  const seen = [];
  const url = await serve(t, (request, response) => {
    seen.push(request.headers);
    response.end(envelope({ title: "a" }).body);
  });
  const plain = { ...ACCOUNT, ...UNLIMITED, domain: url };
  for (const options of [
    { fetch: (url, init) => fetch(url, init) },
    { fetch },
    { http: (request) => fetch(request.url, { ...request, dispatcher: undefined }) },
    {},
  ]) {
    assert.equal((await new Client({ ...plain, ...options }).room.info({ room_id: 1 })).title, "a");
  }
  assert.ok(seen.every((headers) => /^baijiayun-js\/\d+\.\d+\.\d+ node\/\d+/.test(headers["user-agent"])), seen[0]["user-agent"]);
  assert.throws(() => new Client({ ...plain, fetch, http: fetch }), /both http and fetch/);
});

test("answers of other fetches: streams of Node, no streams at all", async () => {
  const bytes = Buffer.from(envelope({ title: "教室" }).body);
  const headers = new Headers({ "x-a": "1" });
  const arrayBuffer = async () => bytes;
  const halves = () => Readable.from([bytes.subarray(0, 40), bytes.subarray(40)]);
  for (const body of [halves, () => null]) {
    const { client } = answering([() => ({ status: 200, headers, body: body(), arrayBuffer })]);
    const call = client.room.info({ room_id: 1 });
    if (body() === null) await assert.rejects(call, { kind: "not_json" });
    else assert.equal((await call).title, "教室");
  }
});

test("errors have the headers of the answer, and its Retry-After", async (t) => {
  t.mock.method(Math, "random", () => 0);
  const headers = { "Retry-After": "61", "X-Request-Id": ["a", "b"] };
  for (const given of [headers, new Headers({ "retry-after": "61", "x-request-id": "a, b" })]) {
    const { client } = answering([{ status: 429, headers: given, body: "{}" }]);
    const error = await client.room.info({ room_id: 1 }).then(assert.fail, (error) => error);
    assert.equal(error.retryAfter, 61_000);
    assert.deepEqual(error.headers, { "retry-after": "61", "x-request-id": "a, b" });
    assert.ok(!JSON.stringify(error).includes("x-request-id"), "loggers leave them out");
    assert.equal(JSON.parse(JSON.stringify(error)).retryAfter, 61_000);
  }
  const refused = answering([{ ...envelope(null, { code: 3001 }), headers: { "x-a": "1" } }]);
  const error = await refused.client.room.info({ room_id: 1 }).catch((error) => error);
  assert.deepEqual([error.retryAfter, error.headers], [null, { "x-a": "1" }]);
  const broken = answering([new Error("broken")], { attempts: 1 });
  assert.equal((await broken.client.room.info({ room_id: 1 }).catch((error) => error)).headers, undefined);
});

test("an abort while a file is measured or read is seen", async () => {
  for (const when of ["measure", "read"]) {
    const { client, requests } = answering([envelope(null)]);
    const abort = new AbortController();
    const hangs = async function* () {
      if (when === "read") queueMicrotask(() => abort.abort());
      await new Promise(() => {});
    };
    const attachment = file(hangs, { name: "a.pdf", size: 10 });
    if (when === "measure") attachment.measure = () => (queueMicrotask(() => abort.abort()), new Promise(() => {}));
    const http = async (request) => {
      requests.push(request);
      return new Response(await new Response(request.body).text());
    };
    const own = new Client({ ...ACCOUNT, ...UNLIMITED, http });
    await assert.rejects(own.doc.upload({ attachment }, { signal: abort.signal }), { name: "AbortError" });
    if (when === "measure") assert.equal(requests.length, 0);
    void client;
  }
});

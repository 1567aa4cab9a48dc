// What hosts supply may be anything: of the wrong type, a proxy that throws at whatever is asked of it, a promise that never
// settles. Whatever it is, what fails fails with an error of ours, and in time.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { inspect } from "node:util";

import { BaijiayunError, Client, MisuseError, TransportError, file, fromPath, redisStore, reviveError } from "baijiayun";

import { ACCOUNT, KEY, UNLIMITED, answering, envelope } from "./support/fakes.mjs";

const thrower = (target = {}) => {
  const trap = () => {
    throw new Error("a trap");
  };
  return new Proxy(target, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap });
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const getter = (name, object = {}) =>
  Object.defineProperty(object, name, {
    enumerable: true,
    get() {
      throw new Error(`the getter of ${String(name)}`);
    },
  });
const throwing = (name) => ({
  [name]() {
    throw new Error(String(name));
  },
});
const self = {};
self.self = self;
let deep = {};
for (let i = 0; i < 50_000; i++) deep = { deep };

/** Anything. Nothing of it throws when it is put into a list. */
const ODD = [
  ...[undefined, null, 0, -0, NaN, Infinity, 1e21, 1n, 2n ** 70n, "", "x", "\ud800", "a\nb", Symbol("s"), true],
  ...[[], [1, "x"], {}, { a: 1 }, () => {}, class {}, new Date(NaN), /x/, new Map([[1, 2]]), new Set(), new WeakMap()],
  ...[thrower(), thrower(() => {}), revoked(), Object.create(null), new Error("e"), new Uint8Array(4), new DataView(new ArrayBuffer(2))],
  ...[new URL("http://x"), new Headers(), { aborted: false, addEventListener() {} }, { [Symbol.iterator]: 5 }, self, deep],
  ...["status", "message", "cause", "body", "headers", "name", "qid", "stack", "constructor", Symbol.toStringTag].map((name) => getter(name)),
  ...["toJSON", "valueOf", "toString", Symbol.toPrimitive].map((name) => throwing(name)),
  JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":2}'),
];

/** Executors answer with them, too. */
const ANSWERS = [
  { status: "200", body: "" },
  { status: 200 },
  { status: 200, body: null },
  { status: 200, body: {} },
  { status: 200.5, body: "" },
  { status: 200, body: new DataView(new ArrayBuffer(3)) },
  { status: 200, body: "", headers: 5 },
  ...[thrower(), getter("a"), [null], [[null, null]], new Set([1]), { "retry-after": null }, { "retry-after": 5 }, { "retry-after": [] }].map((headers) => ({ status: 503, body: "x", headers })),
  ...[5, {}, Symbol("s")].map((value) => ({ status: 429, body: "x", headers: { get: () => value } })),
  { status: 301, headers: { location: Symbol("s") }, body: "" },
  { status: 301, headers: new Headers(), arrayBuffer() {}, body: throwing("cancel") },
  { status: 200, headers: null, arrayBuffer() {}, body: null },
  { status: 200, headers: new Headers(), arrayBuffer() {}, body: {} },
  ...[() => ({ value: 5 }), () => ({}), () => null, () => Promise.reject(null), throwing("x").x].map((read) => ({
    ...{ status: 200, headers: new Headers(), arrayBuffer() {} },
    body: { getReader: () => ({ read, cancel: throwing("x").x }) },
  })),
  throwing("then"),
  getter("then"),
  { then: () => {} },
  { then: (resolve) => (resolve(envelope({})), resolve(5)) },
];

const OK = envelope({ list: [], total: 0, room_id: "1", title: "x" });
const SOON = { ...ACCOUNT, ...UNLIMITED, attempts: 1, attemptTimeout: 50, deadline: 200, http: async () => OK };

/** It ends, well or with an error of ours that does not hold the key, or, of a signal, with its reason. */
async function ends(what, act) {
  const outcome = await (async () => act())().then(
    () => undefined,
    (thrown) => ({ thrown }),
  );
  if (!outcome) return;
  const { thrown } = outcome;
  assert.ok(thrown instanceof BaijiayunError, `${what}: ${inspect(thrown, { depth: 0 })}`);
  assert.ok(!inspect(thrown, { depth: 9 }).includes(KEY), what);
}

const ways = (value) => ({
  gives: () => value,
  resolves: async () => value,
  throws: () => {
    throw value;
  },
  rejects: () => Promise.reject(value),
});

function quiet(t) {
  t.mock.method(console, "error", () => {});
  const unhandled = [];
  const note = (error) => unhandled.push(error);
  process.on("unhandledRejection", note);
  t.after(async () => {
    await new Promise(setImmediate);
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled, []);
  });
}

test("executors, fetches, signers, stores and listeners", async (t) => {
  quiet(t);
  const { partnerKey, http, ...unsigned } = SOON;
  const calls = [...ODD, ...ANSWERS].flatMap((value, nth) =>
    Object.entries(ways(value)).flatMap(([way, odd]) => {
      const what = `#${nth} ${way}`;
      const signing = new Client({ ...unsigned, http, signer: odd });
      const storing = new Client({ ...SOON, quota: { requests: 9, seconds: 1 }, store: { evaluate: odd } });
      const claimed = { qid: what, signature: what, hold: 600 };
      return [
        ends(`http ${what}`, () => new Client({ ...SOON, http: odd }).room.info({ room_id: 1 })),
        ends(`fetch ${what}`, () => new Client({ ...unsigned, partnerKey, fetch: odd }).callPath("/openapi/x", {}, { method: "GET" })),
        ends(`signer ${what}`, () => signing.room.info({ room_id: 1 })),
        ends(`signer of a link ${what}`, () => signing.links.enterRoomAsync({ room_id: 1, user_name: "a" })),
        ends(`store ${what}`, () => storing.room.info({ room_id: 1 })),
        ends(`claim ${what}`, () => storing.callbacks.claim(claimed)),
        ends(`release ${what}`, () => storing.callbacks.release(claimed)),
        ends(`onEvent ${what}`, () => new Client({ ...SOON, onEvent: odd }).room.info({ room_id: 1 })),
      ];
    }),
  );
  await Promise.all(calls);
});

test("settings, names, parameters and options", async (t) => {
  quiet(t);
  const client = new Client(SOON);
  const settings = ["account", "domain", "partnerId", "partnerKey", "callbackKeys", "paths", "quota", "priority", "sharedAs", "attempts", "deadline", "strict", "store", "storePrefix", "http", "onEvent", "signal"];
  const options = ["signal", "retry", "attempts", "attemptTimeout", "priority", "maxAnswer", "strict", "extra", "onProgress", "onRegistered", "stallTimeout", "chunkSize", "useHttps", "resumes", "waitForTranscoding"];
  for (const [nth, value] of ODD.entries()) {
    const calls = {
      client: () => new Client(value),
      ...Object.fromEntries(settings.map((name) => [`client ${name}`, () => new Client({ ...SOON, [name]: value }).request("room.list")])),
      name: () => client.call(value, {}),
      params: () => client.call("room.info", value),
      param: () => client.call("room.info", { room_id: value }),
      params2: () => client.room.create({ title: value, start_time: value, end_time: value }),
      options: () => client.call("room.info", { room_id: 1 }, value),
      ...Object.fromEntries(options.map((name) => [`option ${name}`, () => client.call("room.info", { room_id: 1 }, { [name]: value })])),
      extra: () => client.call("room.info", { room_id: 1 }, { extra: { x: value } }),
      path: () => client.callPath(value, {}),
      pathParams: () => client.callPath("/openapi/x", { a: value, b: [value], c: { d: value } }),
      pathOptions: () => client.callPath("/openapi/x", {}, value),
      method: () => client.callPath("/openapi/x", {}, { method: value }),
      request: () => client.request(value, value, value),
      list: async () => {
        for await (const room of client.room.list({ limit: value })) assert.ok(room);
      },
      close: () => new Client(SOON).close(value),
      within: () => new Client(SOON).close({ within: value }),
    };
    await Promise.all(Object.entries(calls).map(([name, call]) => ends(`${name} #${nth}`, call)));
  }
});

test("callbacks, links, files and stores", async (t) => {
  quiet(t);
  const client = new Client(SOON);
  const { body, headers } = client.callbacks.signed("class_event", { room_id: 1, op: "start" });
  const request = (body, headers) => new Request("http://x", { method: "POST", body, headers });
  const links = ["enterRoom", "enterRoomAsync", "prepare", "quickEnter", "codePlayer", "videoPlayer", "playback", "inDesktopClient"];
  for (const [nth, value] of ODD.entries()) {
    const all = { room_id: value, user_name: value, user_number: value, code: value, token: value, video_id: value, extra: value };
    const calls = {
      body: () => client.callbacks.parse(value, headers),
      headers: () => client.callbacks.parse(body, value),
      "options of parse": () => client.callbacks.parse(body, headers, value),
      tolerance: () => client.callbacks.parse(body, headers, { tolerance: value }),
      "name of parse": () => client.callbacks.parse(body, headers, { name: value }),
      "name of signed": () => client.callbacks.signed(value, {}),
      data: () => client.callbacks.signed("class_event", value),
      "options of signed": () => client.callbacks.signed("class_event", {}, value),
      qid: () => client.callbacks.signed("class_event", {}, { qid: value, timestamp: value, json: value }),
      failure: () => JSON.parse(client.callbacks.failure(value)).msg.length,
      claim: () => client.callbacks.claim(value),
      "options of claim": () => client.callbacks.claim({ qid: `${nth}`, signature: `${nth}`, hold: 600 }, value),
      "signal of claim": () => client.callbacks.claim({ qid: `s${nth}`, signature: `s${nth}`, hold: 600 }, { signal: value }),
      release: () => client.callbacks.release(value),
      handle: () => client.callbacks.handle(value, () => {}),
      handler: () => client.callbacks.handle(request(body, headers), value),
      "options of handle": () => client.callbacks.handle(request(body, headers), () => {}, value),
      "thrown by a handler": () => client.callbacks.handle(request(body, headers), ways(value).throws, { once: false, onError: ways(value).throws }),
      content: () => file(value, { name: "a.mp4" }),
      "options of a file": () => file(new Uint8Array(3), value),
      "a file": () => client.doc.upload({ attachment: file(new Uint8Array(3), { name: value, type: value }) }),
      size: () => file(new Blob(["x"]).stream(), { name: "a", size: value }),
      path: () => fromPath(value, value),
      "a video": () => client.video.upload(value, { definition: 16 }),
      "its id": () => client.video.resumeUpload(value, file(new Uint8Array(), { name: "a" }), { resumes: 0 }),
      store: () => redisStore(value),
      "options of a store": () => redisStore({ evalsha() {} }, value),
      timeout: () => redisStore({ evalsha() {} }, { timeout: value }),
      error: () => void reviveError(value),
      ...Object.fromEntries(links.map((name) => [name, () => client.links[name](value)])),
      ...Object.fromEntries(links.map((name) => [`${name} with all`, () => client.links[name](all)])),
    };
    await Promise.all(Object.entries(calls).map(([name, call]) => ends(`${name} #${nth}`, call)));
  }
});

test("what must not be taken is refused by its name", async () => {
  const client = new Client(SOON);
  const claim = { qid: "1", signature: "1", hold: 600 };
  const refused = [
    [() => client.callbacks.claim({ ...claim, hold: undefined }), /only a callback can be claimed/],
    [() => client.callbacks.claim({ ...claim, hold: NaN }), /only a callback can be claimed/],
    [() => client.callbacks.claim(claim, { signal: {} }), /signal is an object, no AbortSignal/],
    [() => client.callbacks.handle({ headers: {}, body: {} }, () => {}), /given an object, no Request of the Fetch API/],
    [() => redisStore({ evalsha() {} }, { timeout: "500" }), /the timeout of redisStore has to be a time above 0/],
    [() => file(new Blob(["x"]).stream(), { name: "a", size: -1 }), /the size of a is -1, no number of bytes/],
    [() => client.video.upload(file(new Uint8Array(3), { name: "a" }), { definition: 16 }, { onProgress: 5 }), /onProgress is a number, not a function/],
    [() => client.video.upload(file(new Uint8Array(3), { name: "a" }), { definition: 16 }, { onRegistered: "x" }), /onRegistered is a text, not a function/],
    [() => client.video.upload(file(new Uint8Array(3), { name: "a" }), { definition: 16 }, { stallTimeout: NaN }), /stallTimeout has to be a time above 0/],
    [() => client.room.info({ room_id: 1 }, { signal: { aborted: false, addEventListener() {} } }), /signal is an object, no AbortSignal/],
  ];
  for (const [act, why] of refused) await assert.rejects(async () => act(), why);
  assert.equal(await client.callbacks.claim(claim), true);
});

test("a store that gives nothing has not counted", async () => {
  for (const given of [null, "", false, [], {}, "x"]) {
    const store = redisStore({ evalsha: async () => given });
    const client = new Client({ ...SOON, quota: undefined, store });
    assert.equal((await client.room.info({ room_id: 1 }).withDetails()).trace.storeDown, true, String(given));
    assert.equal(await client.callbacks.claim({ qid: "1", signature: "1", hold: 600 }), true);
  }
  for (const given of [0, "0", 0n]) {
    const client = new Client({ ...SOON, quota: undefined, store: redisStore({ evalsha: async () => given }) });
    assert.equal((await client.room.info({ room_id: 1 }).withDetails()).trace.storeDown, false);
  }
});

test("a fetch of one's own need not have a stream", async () => {
  const fetch = async () => ({ status: 200, headers: { get: () => null }, arrayBuffer: async () => new TextEncoder().encode(OK.body).buffer });
  const { http, ...options } = SOON;
  assert.equal((await new Client({ ...options, fetch }).room.info({ room_id: 1 })).title, "x");
  await assert.rejects(new Client({ ...options, fetch, maxAnswer: 10 }).room.info({ room_id: 1 }), { kind: "too_large" });
});

test("a body of pieces without bytes ends, and one of single bytes takes no more room than its bytes", async () => {
  const streaming = (pieces) => ({ fetch: async () => new Response(ReadableStream.from(pieces())) });
  async function* nothing() {
    for (;;) yield new Uint8Array();
  }
  await assert.rejects(new Client({ ...ACCOUNT, attempts: 1, ...streaming(nothing) }).room.info({ room_id: 1 }), {
    name: "MisuseError",
    message: /a body with 1000 pieces without bytes in a row/,
  });
  const answer = new TextEncoder().encode(envelope({ title: "x".repeat(1 << 20) }).body);
  async function* bytes() {
    for (let at = 0; at < answer.length; at++) yield answer.subarray(at, at + 1);
  }
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  async function* watched() {
    for await (const piece of bytes()) {
      if (piece.byteOffset % 4096 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
      yield piece;
    }
  }
  const { title } = await new Client({ ...ACCOUNT, ...streaming(watched) }).room.info({ room_id: 1 });
  assert.equal(title.length, 1 << 20);
  assert.ok(most - before < 60 << 20, `${(most - before) >> 20} MB`);
});

test("a promise of another make is waited for and its failure told", async () => {
  const failing = { then: (_, reject) => reject(new Error("it was not kept")) };
  const { client } = answering([envelope({ video_id: 7, upload_url: "https://up.example/?token=t" }), { status: 200, body: '{"code":1}' }]);
  const uploading = client.video.upload(file(new Uint8Array(3), { name: "a" }), { definition: 16 }, { onRegistered: () => failing });
  await assert.rejects(uploading, { message: "it was not kept", videoId: "7" });
});

// promise: causes_hold_no_address
test("causes show nothing that is signed, wherever it hangs", async () => {
  const hangs = [
    (request) => ({ config: { url: request.url, data: request.body } }),
    (request) => ({ request }),
    (request) => ({ url: new URL(request.url, "https://x"), sent: new URLSearchParams(request.body) }),
    (request) => ({ request: new Request(request.url, { method: request.method, body: request.body }) }),
    (request) => ({ cause: new AggregateError([new Error(`${request.url} ${request.body}`)]) }),
    (request) => ({ [Symbol("sent")]: [[{ deep: `${request.url} ${request.body}` }]] }),
    (request) => ({ message: `failed: ${request.url} ${request.body}` }),
    (request) => ({ sent: new Map([["deep", new Set([`${request.url} ${request.body}`])]]) }),
    (request) => ({ headers: new Headers({ sent: `${request.url} ${request.body}` }) }),
  ];
  for (const hang of hangs) {
    for (const method of ["GET", "POST"]) {
      let signature;
      const http = async (request) => {
        signature = /sign=(\w+)/.exec(`${request.url}&${request.body}`)[1];
        throw Object.assign(new Error("no answer"), { name: "ClientError", code: "ECONNRESET" }, hang(request));
      };
      const error = await new Client({ ...SOON, http }).callPath("/openapi/x", { password: "hunter2" }, { method }).catch((error) => error);
      assert.ok(error instanceof TransportError);
      assert.deepEqual([error.cause.name, error.cause.code], ["ClientError", "ECONNRESET"]);
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + error.message;
      assert.ok(!shown.includes(signature) && !shown.includes("hunter2"), shown);
    }
  }
  const { cause } = await new Client({ ...SOON, http: ({ body }) => Promise.reject(Object.assign(new Error("x"), { name: body })) }).room
    .info({ room_id: 1 })
    .catch((error) => error);
  assert.equal(cause.name, "...");
  // What holds nothing stays as it is.
  const thrown = Object.assign(new Error("no answer"), { status: 5, at: new Date(), list: [1, { a: 2 }] });
  const error = await new Client({ ...SOON, http: () => Promise.reject(thrown) }).room.info({ room_id: 1 }).catch((error) => error);
  assert.equal(error.cause, thrown);
});

test("signals: aborted before, within, for odd reasons; nothing of them stays", async () => {
  const outer = new AbortController();
  for (const reason of [undefined, null, 0, "", "gone", Object.create(null), new Error("gone")]) {
    const before = AbortSignal.abort(reason);
    const told = (signal) => (thrown) => thrown === signal.reason;
    await assert.rejects(new Client(SOON).room.info({ room_id: 1 }, { signal: before }), told(before));
    const within = new AbortController();
    const http = () => (within.abort(reason), new Promise(() => {}));
    await assert.rejects(new Client({ ...SOON, http }).room.info({ room_id: 1 }, { signal: within.signal }), told(within.signal));
    assert.equal(getEventListeners(within.signal, "abort").length, 0);
  }
  const client = new Client(SOON);
  await Promise.all(Array.from({ length: 1000 }, () => client.room.info({ room_id: 1 }, { signal: outer.signal })));
  assert.equal(getEventListeners(outer.signal, "abort").length, 0);
  // In a hook, as soon as the video is registered.
  const { client: uploader } = answering([envelope({ video_id: 7, upload_url: "https://up.example/?token=t" })]);
  const signal = new AbortController();
  const broken = file(() => { throw new Error("it cannot be opened"); }, { name: "a", size: 3 });
  const uploading = uploader.video.upload(broken, { definition: 16 }, { signal: signal.signal, onRegistered: () => signal.abort() });
  await assert.rejects(uploading, { name: "AbortError", videoId: "7" });
});

test("two pages whose hashes have the same 32 bits are two", async () => {
  // As the straightened rows have them, with the members that must be there; found by search.
  const rest = '"start_time":0,"end_time":0,"create_time":0,"type":0,"max_users":0,"admin_code":"","teacher_code":"","student_code":""';
  for (const ids of [["26112310017038", "26112310061505"], ["26112310073745", "26112310077284"], ["26112310077328", "26112310172504"]]) {
    const { client } = answering(ids.map((id) => ({ status: 200, body: `{"code":0,"data":{"list":[{"room_id":"${id}","title":"x",${rest}}],"total":2},"msg":"","ts":1}` })));
    const seen = [];
    for await (const room of client.room.list({ limit: 1 })) seen.push(room.room_id);
    assert.deepEqual(seen, ids);
  }
});

test("misuse of handle says what to do", async () => {
  const error = await new Client(SOON).callbacks.handle({ headers: {} }, () => {}).catch((error) => error);
  assert.ok(error instanceof MisuseError);
  assert.match(error.hint, /callbacks\.parse/);
});

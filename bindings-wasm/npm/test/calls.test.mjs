// How calls go on after what happens to their requests.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AnswerError,
  ConnectError,
  SigningError,
  ThrottledError,
  TimeoutError,
  TransportError,
  Client,
} from "baijiayun";

import { ACCOUNT, KEY, UNLIMITED, answering, at, envelope } from "./support/fakes.mjs";

const info = (client, options) => client.room.info({ room_id: 1 }, options);
const create = (client, options) => client.room.create({ title: "a", start_time: 1, end_time: 2 }, options);

/** Backoffs are random times: these are none. */
function hurry(t) {
  t.mock.method(Math, "random", () => 0);
}

function withCode(message, code, more = {}) {
  return Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(message), { code, ...more }) });
}

/** A request that is never answered. */
const never = () => new Promise(() => {});

test("reads are tried again, signed anew", async (t) => {
  hurry(t);
  const { client, requests } = answering([{ status: 503, body: "busy" }, new Error("reset"), envelope({ title: "a" })]);
  const { data, trace } = await at(1501572288, () => info(client).withDetails());
  assert.equal(data.title, "a");
  assert.equal(trace.attempts, 3);
  assert.equal(requests.length, 3);
  assert.notEqual(requests[0].signal, requests[1].signal);
});

test("what may have been carried out is not", async (t) => {
  hurry(t);
  const { client, requests } = answering([withCode("read ECONNRESET", "ECONNRESET"), envelope(null)]);
  const error = await create(client).then(assert.fail, (error) => error);
  assert.equal(error.name, "TransportError");
  assert.equal(error.cause.cause.code, "ECONNRESET");
  assert.equal(error.trace.attempts, 1);
  assert.match(error.reason, /fetch failed: read ECONNRESET/);
  assert.equal(requests.length, 1);
  await create(client, { retry: "always" });
});

test("what never left is tried again whatever it does", async (t) => {
  hurry(t);
  for (const failure of [
    withCode("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED"),
    withCode("getaddrinfo ENOTFOUND x", "ENOTFOUND"),
    withCode("getaddrinfo EAI_AGAIN x", "EAI_AGAIN"),
    withCode("Connect Timeout Error", "UND_ERR_CONNECT_TIMEOUT"),
    withCode("connect EADDRNOTAVAIL", "EADDRNOTAVAIL", { syscall: "connect" }),
    Object.assign(new Error("mine"), { kind: "connect" }),
    Object.assign(new Error("several addresses"), { cause: withCode("connect", "ECONNREFUSED") }),
  ]) {
    const { client, requests } = answering([failure, envelope({ room_id: "5" })]);
    assert.equal((await create(client)).room_id, "5", failure.message);
    assert.equal(requests.length, 2);
    const other = answering([failure], { attempts: 1 });
    const error = await create(other.client).then(assert.fail, (error) => error);
    assert.ok(error instanceof ConnectError && error instanceof TransportError);
    assert.equal(error.cause, failure);
  }
});

test("time is up", async () => {
  const { client, requests } = answering([never], { attempts: 1, attemptTimeout: 1 });
  const error = await info(client).then(assert.fail, (error) => error);
  assert.ok(error instanceof TimeoutError && error instanceof TransportError);
  assert.match(error.reason, /no answer within 1 ms/);
  assert.ok(requests[0].signal.aborted);
  const failing = answering([Object.assign(new Error("late"), { name: "TimeoutError" })], { attempts: 1 });
  await assert.rejects(info(failing.client), TimeoutError);
});

test("a call that waits too long for its turn says so", async () => {
  const { client } = answering([envelope(null)], { quota: { requests: 1, seconds: 10 }, deadline: 100 });
  const calls = await Promise.allSettled(Array.from({ length: 5 }, () => info(client)));
  const refused = calls.filter(({ status }) => status === "rejected");
  assert.ok(refused.length > 0 && refused.every(({ reason }) => reason instanceof ThrottledError));
});

test("throttling is an error of its own", async (t) => {
  hurry(t);
  const throttled = { status: 429, headers: { "Retry-After": "61" }, body: '{"code":1,"msg":"slow down"}' };
  const error = await info(answering([throttled]).client).then(assert.fail, (error) => error);
  assert.ok(error instanceof ThrottledError);
  assert.equal(error.reason, "slow down");
});

test("Retry-After is in seconds or a date", async (t) => {
  hurry(t);
  for (const value of ["0", new Date(Date.now() - 5000).toUTCString()]) {
    for (const headers of [
      { "retry-after": value },
      { "Retry-After": [value] },
      new Headers({ "retry-after": value }),
    ]) {
      const { client } = answering([{ status: 429, headers, body: "" }, envelope({ title: "a" })]);
      const { trace } = await info(client).withDetails();
      assert.equal(trace.attempts, 2);
      assert.ok(trace.waited <= 2, `${value}: ${trace.waited}`);
    }
  }
});

test("a call that was aborted before is not made", async () => {
  const { client, requests } = answering([envelope(null)]);
  const reason = new Error("not needed");
  await assert.rejects(info(client, { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(info(client, { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(requests.length, 0);
});

test("a call that is aborted gives its request up", async () => {
  const { client, requests } = answering([never]);
  const abort = new AbortController();
  const call = info(client, { signal: abort.signal });
  await new Promise(setImmediate);
  const { signal } = requests[0];
  const reason = new Error("changed my mind");
  abort.abort(reason);
  await assert.rejects(call, reason);
  assert.equal(signal.reason, reason);
});

test("a call that is aborted stops waiting", async () => {
  const { client, requests } = answering([{ status: 503, body: "" }], { attempts: 9 });
  const abort = new AbortController();
  const call = info(client, { signal: abort.signal });
  while (requests.length === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  abort.abort();
  await assert.rejects(call, { name: "AbortError" });
  const sent = requests.length;
  await new Promise(setImmediate);
  assert.equal(requests.length, sent);
});

test("signals are left as they were", async () => {
  const { client } = answering([envelope(null)]);
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args) => (listeners++, addEventListener.apply(signal, args));
  signal.removeEventListener = (...args) => (listeners--, removeEventListener.apply(signal, args));
  for (let i = 0; i < 3; i++) await info(client, { signal });
  assert.equal(listeners, 0);
});

test("a signer on another machine", async () => {
  const texts = [];
  const signer = async (text) => (texts.push(text), "0123456789abcdef0123456789abcdef");
  const { client, requests } = answering([envelope(null)], { partnerKey: undefined, signer });
  await at(1501572288, () => info(client));
  assert.deepEqual(texts, ["partner_id=12345678&room_id=1&timestamp=1501572288"]);
  assert.equal(new URLSearchParams(requests[0].body).get("sign"), "0123456789abcdef0123456789abcdef");
});

test("a signer that gives no signature", async () => {
  const refuse = () => {
    throw new Error("not allowed");
  };
  for (const [signer, reason] of [
    [refuse, "not allowed"],
    [async () => refuse(), "not allowed"],
    [() => undefined, "the signer gave nothing, not a signature of 32 hex digits in lower case"],
  ]) {
    const { client, requests } = answering([envelope(null)], { partnerKey: undefined, signer });
    const error = await info(client).then(assert.fail, (error) => error);
    assert.ok(error instanceof SigningError);
    assert.equal(error.reason, reason);
    assert.equal(requests.length, 0);
    const entering = { room_id: 1, user_number: 2, user_name: "a" };
    await assert.rejects(client.links.enterRoomAsync(entering), SigningError);
    assert.throws(() => client.links.enterRoom(entering), SigningError);
  }
});

test("answers come in several forms", async () => {
  const body = JSON.stringify({ code: 0, data: { title: "教室" }, msg: "", ts: 1 });
  const bytes = new TextEncoder().encode(body);
  const within = new Uint8Array([0, ...bytes, 0]).subarray(1, bytes.length + 1);
  for (const answer of [
    { status: 200, body },
    { status: 200, body: bytes },
    { status: 200, body: within },
    { status: 200, body: bytes.buffer },
    { status: 200, body: Buffer.from(bytes) },
    new Response(body),
    new Response(new Blob([bytes.subarray(0, 30), bytes.subarray(30)]).stream()),
  ]) {
    const { client } = answering([() => (answer instanceof Response ? answer.clone() : answer)]);
    assert.equal((await info(client)).title, "教室");
  }
});

test("answers that are none of the API", async () => {
  for (const [answer, kind] of [
    [{ status: 200, body: "<html>" }, "not_json"],
    [{ status: 200, body: "" }, "not_json"],
    [{ status: 200, body: "[1]" }, "not_envelope"],
    [{ status: 302, body: "" }, "http_status"],
    [{ status: 500, body: "" }, "http_status"],
    [new Response(null, { status: 204 }), "not_json"],
  ]) {
    const { client } = answering([answer]);
    const error = await info(client, { retry: "never" }).then(assert.fail, (error) => error);
    assert.equal(error.kind, kind, String(error));
  }
});

test("an answer without end is not read to its end", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1 << 20;
      controller.enqueue(new Uint8Array(1 << 20));
    },
  });
  const { client, requests } = answering([() => new Response(endless)]);
  const error = await info(client).then(assert.fail, (error) => error);
  assert.ok(error instanceof AnswerError);
  assert.equal(error.kind, "too_large");
  assert.equal(error.operation, "room.info");
  assert.equal(requests.length, 1);
  assert.ok(sent <= 11 << 20, `${sent} bytes`);
  const whole = answering([{ status: 200, body: new Uint8Array((64 << 20) + 1) }]);
  await assert.rejects(info(whole.client), { kind: "too_large" });
});

test("the address of a GET, which is signed, is in no error", async () => {
  const { client } = answering([(request) => new Error(`cannot get ${request.url} at all`)]);
  const error = await client
    .callPath("/openapi/x", { a: 1 }, { method: "GET", retry: "never" })
    .catch((error) => error);
  assert.match(error.reason, /cannot get the address at all/);
  assert.ok(!error.message.includes("sign="));
});

test("executors that throw at once, or throw nothing of use", async () => {
  for (const thrown of [undefined, null, "text", 5, {}]) {
    const http = () => {
      throw thrown;
    };
    const client = new Client({ ...ACCOUNT, ...UNLIMITED, http, attempts: 1 });
    await assert.rejects(info(client), TransportError);
  }
});

test("a request is what fetch takes", async (t) => {
  const fetched = [];
  t.mock.method(
    globalThis,
    "fetch",
    async (...args) => (fetched.push(args), new Response(envelope({ title: "a" }).body)),
  );
  for (const http of [
    undefined,
    (request) => fetch(request.url, request),
    (request) => fetch(request.url, { ...request, keepalive: true }),
  ]) {
    const client = new Client({ ...ACCOUNT, ...UNLIMITED, http });
    assert.equal((await info(client)).title, "a");
    const [url, init] = fetched.pop();
    assert.equal(url, "https://school.at.baijiayun.com/openapi/room/info");
    assert.equal(init.method, "POST");
    assert.equal(init.redirect, "manual");
    assert.ok(init.signal instanceof AbortSignal);
    assert.ok(new Request(url, init).headers.get("content-type").startsWith("application/x-www-form-urlencoded"));
    assert.ok(!JSON.stringify(init).includes(KEY));
  }
});

test("a shared store keeps the limits", async () => {
  const asked = [];
  const answers = [5000, 0];
  const store = {
    async evaluate(script, keys, args) {
      asked.push({ script, keys, args });
      return answers.shift() ?? 0;
    },
  };
  const { client } = answering([envelope(null)], { store, storePrefix: "mine", quota: { requests: 200, seconds: 10 } });
  const { trace } = await info(client).withDetails();
  assert.ok(trace.waited >= 5 && !trace.storeDown);
  assert.equal(asked.length, 2);
  assert.match(asked[0].script, /redis\.call/);
  assert.ok(
    asked[0].keys.every((key) => key.startsWith("mine:{12345678}:")),
    asked[0].keys.join(),
  );
  assert.ok(asked[0].args.every(Number.isInteger));
});

test("a store that is down does not stop calls", async () => {
  const store = { evaluate: async () => Promise.reject(new Error("down")) };
  const { client } = answering([envelope(null)], { store, quota: { requests: 200, seconds: 10 } });
  const { trace } = await info(client).withDetails();
  assert.ok(trace.storeDown);
});

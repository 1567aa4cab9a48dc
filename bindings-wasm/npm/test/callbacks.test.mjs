import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CallbackError,
  ClassEventOp,
  Client,
  InvalidAccountError,
  MisuseError,
  PlaybackGeneratedStatus,
  TranscodeCallbackStatus,
} from "baijiayun";

import { ACCOUNT, at, event, vectors } from "./support/fakes.mjs";

const FORM = "application/x-www-form-urlencoded";
const [{ body }] = vectors("callbacks");
const SIGNED = 1467882806;
const NOW = SIGNED + 100;
const { callbacks } = new Client(ACCOUNT);

test("a callback is told by its fields", () => {
  const event = callbacks.parse(body, FORM, { tolerance: null });
  assert.deepEqual(event, {
    name: "class_event",
    qid: "1234567890",
    timestamp: SIGNED,
    signature: "4dd8bb87f2bea1d888cd5c5d93182d84",
    hold: 600,
    key: 0,
    departures: [],
    data: { room_id: "1234567890", op: "start", op_time: "2017-01-11 14:16:54", qid: "1234567890", timestamp: SIGNED },
  });
});

test("bodies and headers of all kinds", async () => {
  const bytes = new TextEncoder().encode(body);
  const bodies = [body, bytes, Buffer.from(body), bytes.buffer];
  const headers = [
    FORM,
    undefined,
    {},
    { "content-type": FORM },
    { "Content-Type": [FORM] },
    new Headers({ "content-type": FORM }),
  ];
  await at(NOW, () => {
    for (const given of bodies) {
      for (const header of headers) assert.equal(callbacks.parse(given, header).name, "class_event");
    }
  });
});

test("what was recorded and is posted again later is refused", async () => {
  await at(NOW, () => callbacks.parse(body, FORM));
  for (const now of [SIGNED + 301, SIGNED - 301]) {
    await assert.rejects(
      at(now, () => callbacks.parse(body, FORM)),
      { name: "CallbackError", kind: "callback_clock" },
    );
  }
  await at(SIGNED + 1000, () => callbacks.parse(body, FORM, { tolerance: 1000 }));
});

test("what was changed, or signed by others, is refused", () => {
  const parse = (body) => () => callbacks.parse(body, FORM, { tolerance: null });
  assert.throws(parse(body.replace("start", "end")), { name: "CallbackError", kind: "callback_signature" });
  const other = new Client({ ...ACCOUNT, partnerKey: "another" });
  assert.throws(() => other.callbacks.parse(body, FORM, { tolerance: null }), CallbackError);
  for (const parsed of ["", "{", { room_id: 1 }, [1], undefined]) {
    assert.throws(parse(parsed), { name: "CallbackError", kind: "callback_malformed" }, String(parsed));
  }
  assert.throws(parse({ room_id: 1 }), /JavaScript object/);
  assert.throws(parse(new Uint8Array((4 << 20) + 1)), { name: "CallbackError", kind: "callback_malformed" });
});

test("both keys are taken while they change", () => {
  const client = new Client({ ...ACCOUNT, partnerKey: "the new one", callbackKeys: ["another", ACCOUNT.partnerKey] });
  assert.equal(client.callbacks.parse(body, FORM, { tolerance: null }).key, 2);
});

test("without a key there is nothing to check with", () => {
  const client = new Client({ ...ACCOUNT, partnerKey: undefined, signer: () => "" });
  assert.throws(() => client.callbacks.parse(body, FORM), InvalidAccountError);
});

test("the receiver may know which callback it is", () => {
  assert.equal(callbacks.parse(body, FORM, { tolerance: null, name: "class_event" }).data.op, "start");
  assert.equal(callbacks.parse(body, FORM, { tolerance: null, name: "transcode_callback" }).name, "transcode_callback");
  assert.throws(() => callbacks.parse(body, FORM, { tolerance: null, name: "nothing" }), { kind: "unknown_operation" });
});

test("replies", () => {
  assert.equal(callbacks.success, '{"code":0,"msg":""}');
  assert.equal(callbacks.failure('a "b"'), '{"code":1,"msg":"a \\"b\\""}');
});

const post = (text = body, type = FORM) =>
  new Request("https://example.com/callbacks", { method: "POST", body: text, headers: { "content-type": type } });

async function reply(response) {
  assert.equal(response.headers.get("content-type"), "application/json");
  return [response.status, await response.text()];
}

test("a handler of the Fetch API takes each callback once", async () => {
  const { callbacks } = new Client(ACCOUNT);
  const taken = [];
  const errors = [];
  const fail = new Error("mine");
  let failing = true;
  const handler = async (callback) => {
    if (failing) throw fail;
    taken.push(callback.name);
  };
  await at(NOW, async () => {
    const handle = (request, options) =>
      callbacks.handle(request, handler, { onError: (error) => errors.push(error), ...options }).then(reply);
    const [status, text] = await handle(post());
    assert.deepEqual([status, JSON.parse(text).code], [200, 1], "it is posted again");
    assert.ok(!text.includes("mine"), "what failed is no business of the service");
    failing = false;
    assert.deepEqual(await handle(post()), [200, callbacks.success]);
    assert.deepEqual(await handle(post()), [200, callbacks.success]);
    assert.deepEqual(taken, ["class_event"]);
    assert.deepEqual(await handle(post(), { once: false }), [200, callbacks.success]);
    assert.equal(taken.length, 2);
    assert.deepEqual(errors, [fail]);
  });
});

test("a repetition that comes while the first is handled is not answered with success", async () => {
  const { callbacks } = new Client(ACCOUNT);
  for (const goesWell of [false, true]) {
    let end;
    let begun = 0;
    const handler = () => (begun++, new Promise((resolve, reject) => (end = goesWell ? resolve : () => reject(new Error("mine")))));
    await at(NOW, async () => {
      const first = callbacks.handle(post(), handler, { onError: () => {} });
      while (begun === 0) await new Promise(setImmediate);
      const again = await reply(await callbacks.handle(post(), handler));
      assert.deepEqual([again[0], JSON.parse(again[1]).code], [200, 1]);
      assert.equal(begun, 1);
      end();
      assert.equal(JSON.parse((await reply(await first))[1]).code, goesWell ? 0 : 1);
      if (goesWell) assert.deepEqual(await reply(await callbacks.handle(post(), handler)), [200, callbacks.success]);
    });
  }
});

test("what a handler throws is told somewhere, also if onError throws", async (t) => {
  const told = t.mock.method(console, "error", () => {});
  const { callbacks } = new Client(ACCOUNT);
  const mine = new Error("mine");
  const failing = () => {
    throw mine;
  };
  const handle = (options) => at(NOW, () => callbacks.handle(post(), failing, options).then(reply));
  for (const [options, words] of [
    [undefined, /a callback was not taken/],
    [{ onError: failing }, /onError threw/],
    [{ onError: async () => failing() }, /onError threw/],
  ]) {
    const [status, text] = await handle(options);
    assert.deepEqual([status, JSON.parse(text).code], [200, 1]);
    const { arguments: said } = told.mock.calls.at(-1);
    assert.match(said[0], words);
    assert.equal(said[1], mine);
  }
  assert.equal(told.mock.callCount(), 3);
  // So is what was refused.
  await callbacks.handle(post(body.replace("start", "end")), assert.fail);
  assert.equal(told.mock.calls.at(-1).arguments[1].kind, "callback_signature");
  await assert.rejects(callbacks.handle(post()), MisuseError);
});

test("callbacks are signed for tests", async () => {
  const { callbacks } = new Client(ACCOUNT);
  for (const { name: what, asked, key, expect, error } of vectors("posts")) {
    const { callbacks } = new Client({ ...ACCOUNT, partnerKey: key });
    const { name = null, data, json, qid, timestamp } = asked;
    if (error) {
      // What the host is to say is said here: an id, a time, an object.
      if (["no id", "no time", "no object", "no data"].includes(what)) continue;
      assert.throws(() => callbacks.signed(name, data, { json, qid, timestamp }), { kind: error }, what);
      continue;
    }
    const { body, headers } = callbacks.signed(name, data, { json, ...(qid !== undefined && { qid }), ...(timestamp !== undefined && { timestamp }) });
    assert.equal(headers["content-type"], expect.content_type);
    if (expect.content_type === FORM) assert.deepEqual([...new URLSearchParams(body)], expect.posted);
  }
  const { body, headers } = callbacks.signed("class_event", { room_id: 12345678901234567890n, op: "start", op_time: "2026-11-28 08:00:00" });
  const callback = callbacks.parse(body, headers);
  assert.deepEqual([callback.name, callback.data.op, callback.key], ["class_event", "start", 0]);
  const taken = [];
  const request = new Request("https://example.com/callbacks", { method: "POST", body, headers });
  assert.deepEqual(await reply(await callbacks.handle(request, (callback) => taken.push(callback.qid))), [200, callbacks.success]);
  assert.deepEqual(taken, [callback.qid]);
});

test("a strict client's handler is not called for what departs", async () => {
  const { callbacks } = new Client({ ...ACCOUNT, strict: true });
  const { body, headers } = callbacks.signed("class_event", { room_id: "x", op: "start", op_time: "2026-11-28 08:00:00" });
  const errors = [];
  const request = new Request("https://example.com/callbacks", { method: "POST", body, headers });
  const [status, text] = await reply(await callbacks.handle(request, assert.fail, { onError: (error) => errors.push(error.kind) }));
  assert.deepEqual([status, JSON.parse(text).code, errors], [200, 1, ["departures"]]);
});

test("a handler refuses what the service did not post", async () => {
  const { callbacks } = new Client(ACCOUNT);
  for (const [request, kind] of [
    [post(body.replace("start", "end")), "callback_signature"],
    [post(""), "callback_malformed"],
    [post("a".repeat((4 << 20) + 1)), "callback_malformed"],
    [new Request("https://example.com/callbacks"), "callback_malformed"],
  ]) {
    const errors = [];
    const response = await callbacks.handle(request, assert.fail, { onError: (error) => errors.push(error) });
    assert.deepEqual(await reply(response), [401, '{"code":1,"msg":"not signed by this account"}']);
    assert.deepEqual(
      errors.map((error) => error.kind),
      [kind],
    );
    assert.ok(errors[0] instanceof CallbackError);
  }
  const keyless = new Client({ ...ACCOUNT, partnerKey: undefined, signer: () => "" }).callbacks;
  await assert.rejects(keyless.handle(post(), assert.fail), InvalidAccountError, "not the service's fault");
});

test("listed values have names", () => {
  assert.deepEqual(TranscodeCallbackStatus, { UPLOAD_FINISHED: 20, TRANSCODING_FAILED: 30, TRANSCODED: 100 });
  assert.deepEqual(PlaybackGeneratedStatus, { GENERATION_STARTED: 20, GENERATION_FAILED: 30, GENERATED: 100 });
  assert.equal(ClassEventOp.TEACHER_IN, "teacher_in");
});

test("claims", async () => {
  const { callbacks } = new Client(ACCOUNT);
  const claims = ["1", "1", "2"].map((qid) => callbacks.claim(event(qid)));
  assert.deepEqual(await Promise.all(claims), [true, false, true]);
  await callbacks.release(event("1"));
  assert.ok(await callbacks.claim(event("1")));
  await assert.rejects(callbacks.claim("1"), MisuseError, "a qid alone could be moved");
});

test("claims go as the vectors say", async (t) => {
  const { callbacks } = new Client(ACCOUNT);
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const steps = vectors("claims");
  assert.ok(steps.length > 10);
  for (const { step, callback, at, first, why } of steps) {
    now = at * 1000;
    const done = await callbacks[step](callback);
    if (step === "claim") assert.equal(done, first, why);
  }
});

test("a post whose fields were cut to have another qid is not taken again", async () => {
  const { name, ...cut } = vectors("callbacks").find(({ name }) => name === "a qid cut out of a message");
  const forged = callbacks.parse(cut.body, cut.content_type, { tolerance: null });
  assert.equal(forged.qid, "666");
  const client = new Client(ACCOUNT);
  assert.ok(await client.callbacks.claim({ ...forged, qid: "1234567890" }), "the one that the service posted");
  assert.ok(!(await client.callbacks.claim(forged)), name);
});

test("a claim holds as long as its timestamp is taken", async () => {
  const hold = (now, tolerance) => at(now, () => callbacks.parse(body, FORM, { tolerance }).hold);
  assert.ok((await hold(SIGNED, 2000)) > 2000);
  assert.ok((await hold(SIGNED - 2000, 2000)) > 4000);
  assert.equal(await hold(SIGNED, 300), 600);
});

test("claims of a process are bounded", async () => {
  const { callbacks } = new Client(ACCOUNT);
  assert.ok(await callbacks.claim(event("first")));
  for (let i = 0; i < 100_000; i++) await callbacks.claim(event(String(i)));
  assert.ok(await callbacks.claim(event("first")), "the oldest is forgotten");
});

/** What claim.lua does, over a map. */
class SharedClaims {
  claimed = new Map();
  asked = [];
  async evaluate(script, keys, args) {
    this.asked.push({ script, keys, args });
    const [seconds, owner] = args;
    if (seconds === 0) {
      for (const key of keys) if (owner === 0 || this.claimed.get(key) === owner) this.claimed.delete(key);
      return 1;
    }
    if (keys.some((key) => this.claimed.has(key))) return 0;
    for (const key of keys) this.claimed.set(key, owner);
    return 1;
  }
}

test("claims of all processes are in the store", async () => {
  const store = new SharedClaims();
  const one = new Client({ ...ACCOUNT, store }).callbacks;
  const other = new Client({ ...ACCOUNT, store }).callbacks;
  assert.ok(await one.claim(event("1", "s")));
  assert.ok(!(await other.claim(event("1", "s"))));
  assert.ok(!(await other.claim(event("2", "s"))), "the same post with another qid");
  await one.release(event("1", "s"));
  assert.ok(await one.claim(event("1", "s")));
  assert.deepEqual(store.asked[0].keys, ["baijiayun:{callbacks}:qid:1", "baijiayun:{callbacks}:sign:s"]);
  assert.deepEqual(
    store.asked.map(({ args }) => args[0]),
    [600, 600, 600, 0, 600],
  );
  const down = { evaluate: async () => Promise.reject(new Error("down")) };
  const alone = new Client({ ...ACCOUNT, store: down }).callbacks;
  assert.ok(await alone.claim(event("1")), "then this process remembers");
  assert.ok(!(await alone.claim(event("1"))));
});

test("a claim that is given up while the store is asked is given back", async () => {
  const shared = new SharedClaims();
  const gate = () => {
    let resolve;
    const promise = new Promise((done) => (resolve = done));
    return { promise, resolve };
  };
  const [called, answer] = [gate(), gate()];
  const slow = {
    async evaluate(...asked) {
      const claimed = await shared.evaluate(...asked);
      called.resolve();
      if (asked[2][0] > 0) await answer.promise;
      return claimed;
    },
  };
  const { callbacks } = new Client({ ...ACCOUNT, store: slow });
  const abort = new AbortController();
  const claim = callbacks.claim(event("1"), { signal: abort.signal });
  await called.promise;
  assert.equal(shared.claimed.size, 2);
  abort.abort(new Error("gone"));
  await assert.rejects(claim, /gone/);
  answer.resolve();
  await new Promise(setImmediate);
  assert.equal(shared.claimed.size, 0, "the store has it no more");
  assert.ok(await callbacks.claim(event("1")), "nor has this process");
  await assert.rejects(callbacks.claim(event("2"), { signal: abort.signal }), /gone/);
  assert.ok(await callbacks.claim(event("2")));
});

test("a handler is not called for a post whose sender has gone", async () => {
  const shared = new SharedClaims();
  const abort = new AbortController();
  const store = {
    evaluate(...asked) {
      abort.abort(new Error("gone"));
      return shared.evaluate(...asked);
    },
  };
  const { callbacks } = new Client({ ...ACCOUNT, store });
  const request = new Request(post(), { signal: abort.signal });
  await assert.rejects(
    at(NOW, () => callbacks.handle(request, assert.fail)),
    /gone/,
  );
  await new Promise(setImmediate);
  assert.equal(shared.claimed.size, 0);
});

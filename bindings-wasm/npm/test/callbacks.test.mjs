import assert from "node:assert/strict";
import { test } from "node:test";

import { CallbackError, Client, InvalidAccountError } from "baijiayun";

import { ACCOUNT, at, vectors } from "./support/fakes.mjs";

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
  assert.throws(parse(new Uint8Array((4 << 20) + 1)), { name: "CallbackError", kind: "too_large" });
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

test("a handler refuses what the service did not post", async () => {
  const { callbacks } = new Client(ACCOUNT);
  for (const [request, kind] of [
    [post(body.replace("start", "end")), "callback_signature"],
    [post(""), "callback_malformed"],
    [post("a".repeat((4 << 20) + 1)), "too_large"],
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

test("claims", async () => {
  const { callbacks } = new Client(ACCOUNT);
  assert.deepEqual(await Promise.all([callbacks.claim("1"), callbacks.claim("1"), callbacks.claim("2")]), [
    true,
    false,
    true,
  ]);
  await callbacks.release("1");
  assert.ok(await callbacks.claim("1"));
});

test("claims of a process end, and are bounded", async (t) => {
  const { callbacks } = new Client(ACCOUNT);
  let now = 0;
  t.mock.method(performance, "now", () => now);
  assert.ok(await callbacks.claim("first"));
  now = 599_000;
  assert.ok(!(await callbacks.claim("first")));
  now = 601_000;
  assert.ok(await callbacks.claim("first"));
  for (let i = 0; i < 100_000; i++) await callbacks.claim(String(i));
  assert.ok(await callbacks.claim("first"), "the oldest is forgotten");
});

test("claims of all processes are in the store", async () => {
  const claimed = new Map();
  const asked = [];
  const store = {
    async evaluate(script, keys, args) {
      asked.push({ script, keys, args });
      if (args[0] === 0) return Number(claimed.delete(keys[0]));
      if (claimed.has(keys[0])) return 0;
      claimed.set(keys[0], true);
      return 1;
    },
  };
  const one = new Client({ ...ACCOUNT, store }).callbacks;
  const other = new Client({ ...ACCOUNT, store }).callbacks;
  assert.ok(await one.claim("1"));
  assert.ok(!(await other.claim("1")));
  await one.release("1");
  assert.ok(await one.claim("1"));
  assert.deepEqual(asked[0].keys, ["baijiayun:qid:1"]);
  assert.deepEqual(
    asked.map(({ args }) => args[0]),
    [600, 600, 0, 600],
  );
  const down = { evaluate: async () => Promise.reject(new Error("down")) };
  const alone = new Client({ ...ACCOUNT, store: down }).callbacks;
  assert.ok(await alone.claim("1"), "then this process remembers");
  assert.ok(!(await alone.claim("1")));
});

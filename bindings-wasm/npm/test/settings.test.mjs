import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, InvalidAccountError, InvalidParametersError, dateOf } from "baijiayun";

import { ACCOUNT, answering, envelope } from "./support/fakes.mjs";

const refusal = (options) => {
  try {
    new Client({ ...ACCOUNT, ...options });
  } catch (error) {
    assert.ok(error instanceof InvalidAccountError, String(error));
    return error;
  }
  return assert.fail(`${Object.keys(options)} were taken`);
};

test("each setting is checked when the client is made, by its own name", () => {
  const wrong = {
    quota: [[1, 2], 100, true, { requests: 5 }, { requests: "5", seconds: 1 }, { requests: 5, seconds: 0 }, { requests: 1, seconds: 1, per: 2 }, null],
    store: [{}, 5, null, { evaluate: 5 }],
    partnerId: [null, undefined, 2 ** 60, 1.5, NaN, -1, {}, "abc", ""],
    domain: [null, undefined, "", 5, "a/b", "a b", "a?b", "http://demo.at.baijiayun.com"],
    partnerKey: [null, undefined, "", 5, " k", "a\nb"],
    deadline: [NaN, Infinity, 0, -1, "5", 1n, null, 31 * 86_400_000],
    attemptTimeout: [NaN, 0],
    uploadDeadline: [Infinity],
    attempts: [0, 1.5, NaN, "3", null],
    maxAnswer: [0, 1.5, 2 ** 31],
    paths: ["x", ["/a"], null, { "room.info": 5 }, { "room.info": "x" }, { "room.info": "/openapi//x" }, { "room.nothing": "/openapi/x" }],
    callbackKeys: ["abc", [5], null, [""]],
    sharedAs: [5, ""],
    storePrefix: [5, ""],
    priority: ["x", null],
    operationQuota: ["no"],
    allowHttp: [1],
    strict: ["yes"],
    dangerouslyAllowBrowser: [1],
    http: [5, null],
    fetch: ["fetch"],
    onEvent: [{}],
    signal: [{}, null],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const error = refusal({ [name]: value });
      assert.deepEqual(error.faults.map(({ parameter }) => parameter), [name], `${name}: ${String(value)}: ${error}`);
      assert.ok(!/_[a-z]|not understood/.test(error.reason), error.reason);
    }
  }
});

test("everything that is wrong is told at once", () => {
  const error = refusal({ domain: "a/b", partnerKey: "a\nb", attempts: 0, deadline: NaN, quota: 5, extra: 1, paths: { "room.nothing": "/openapi/x" } });
  const names = error.faults.map(({ parameter }) => parameter).sort();
  assert.deepEqual(names, ["attempts", "deadline", "domain", "extra", "partnerKey", "paths", "quota"]);
  for (const { message } of error.faults) assert.ok(error.message.includes(message));
});

test("what is wrong is told without values that may be secret", () => {
  for (const options of [{ partnerId: "geheim" }, { partnerKey: "geheim\n" }, { callbackKeys: ["geheim "] }, { domain: { geheim: "geheim" } }]) {
    const error = refusal(options);
    assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes("geheim"), String(error));
  }
  assert.throws(() => new Client(null), InvalidAccountError);
  assert.throws(() => new Client("demo"), InvalidAccountError);
});

test("a key in a browser is refused", () => {
  const { versions } = process;
  const pretend = (globals, act) => {
    Object.defineProperty(process, "versions", { value: {}, configurable: true });
    Object.assign(globalThis, globals);
    try {
      act();
    } finally {
      Object.defineProperty(process, "versions", { value: versions, configurable: true });
      for (const name of Object.keys(globals)) delete globalThis[name];
    }
  };
  // The entry for Node knows that it is none, whatever a test environment puts into the globals.
  pretend({ document: {} }, () => assert.ok(new Client(ACCOUNT)));
});

test("a client is closed by its signal", async () => {
  const abort = new AbortController();
  const { client } = answering([() => new Promise(() => {})], { signal: abort.signal });
  const call = client.room.info({ room_id: 1 });
  await new Promise(setImmediate);
  abort.abort();
  await assert.rejects(call, { kind: "closed" });
  await assert.rejects(client.room.info({ room_id: 1 }), { kind: "closed" });
  const { client: closed, requests } = answering([envelope(null)], { signal: abort.signal });
  await assert.rejects(closed.room.info({ room_id: 1 }), { kind: "closed" });
  assert.equal(requests.length, 0);
  await assert.rejects(client.close({ within: NaN }), { kind: "misuse" });
});

test("options of a call are checked", async () => {
  const { client, requests } = answering([envelope(null)]);
  for (const options of [5, "x", [], { signal: {} }, { deadline: NaN }, { attempts: 0 }, { retry: 5 }, { retry: "maybe" }, { priority: 3 }, { extra: 5 }, { extra: [] }, { deadlines: 5 }, { maxAnswer: "x" }, { strict: 5 }]) {
    const error = await client.room.info({ room_id: 1 }, options).then(assert.fail, (error) => error);
    assert.ok(error instanceof InvalidParametersError, `${JSON.stringify(options)}: ${error}`);
  }
  assert.equal(requests.length, 0);
  await client.room.info({ room_id: 1 }, null);
});

test("times of answers as Dates", () => {
  const eight = "2026-11-28T00:00:00.000Z";
  for (const time of [1795824000, "1795824000", "2026-11-28 08:00:00", "2026-11-28T08:00:00", "2026-11-28 08:00"]) {
    assert.equal(dateOf(time)?.toISOString(), eight, String(time));
  }
  assert.equal(dateOf("2026-11-28").toISOString(), "2026-11-27T16:00:00.000Z");
  for (const none of [0, "0", "", null, undefined, "0000-00-00 00:00:00", "soon", NaN]) assert.equal(dateOf(none), null, String(none));
});

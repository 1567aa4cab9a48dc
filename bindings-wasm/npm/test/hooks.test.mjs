// Events as tests/vectors/hooks.json says.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "baijiayun";

import { ACCOUNT, UNLIMITED, answering, envelope, vectors } from "./support/fakes.mjs";

const camel = (name) => name.replace(/_[a-z]/g, (part) => part[1].toUpperCase());
const inCamel = (object = {}) => Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));

/** Faults as Node tells them. */
const FAULTS = {
  connect: () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
  timeout: () => Object.assign(new Error("late"), { name: "TimeoutError" }),
  transport: () => new Error("broken"),
};

async function eventsOf(vector) {
  const { call, settings = {}, store, script, before = 0 } = vector;
  const events = [];
  const queue = [...script];
  const answers = store && [...store];
  const evaluate = async () => {
    const answer = answers.shift() ?? 0;
    if (answer === "down") throw new Error("down");
    return answer;
  };
  const abort = new AbortController();
  let heard = () => {};
  const http = async () => {
    const { answer, fault, never } = queue.shift() ?? script.at(-1);
    if (fault) throw FAULTS[fault]();
    if (never) {
      queueMicrotask(() => (never === "close" ? client.close({ within: 0 }) : abort.abort()));
      return new Promise(() => {});
    }
    const headers = answer.retry_after === undefined ? {} : { "retry-after": answer.retry_after };
    return { status: answer.status, headers, body: answer.body };
  };
  const limits = "quota" in settings || "operation_quota" in settings || store ? {} : UNLIMITED;
  const { quota, ...others } = settings;
  const client = new Client({
    ...ACCOUNT,
    ...limits,
    ...(quota !== undefined && { quota: quota[0] === 0 ? false : { requests: quota[0], seconds: quota[1] } }),
    ...inCamel(others),
    ...(store && { store: { evaluate } }),
    http,
    onEvent: (event) => heard(event),
  });
  const options = { ...inCamel(call.options), signal: abort.signal };
  const make = () => (call.name ? client.call(call.name, call.params, options) : client.callPath(call.path, call.params, options));
  for (let n = 0; n < before; n++) {
    queue.splice(0, queue.length, ...script);
    await make();
  }
  queue.splice(0, queue.length, ...script);
  heard = (event) => events.push(event);
  await make().catch(() => {});
  return events;
}

test("events go as the vectors say", async (t) => {
  let run = 0;
  for (const vector of vectors("hooks")) {
    await t.test(vector.name, async () => {
      const events = await eventsOf(vector);
      const expected = vector.events.map((event, nth) => {
        const seen = Object.entries(event).map(([name, value]) => {
          const told = events[nth]?.[name];
          return [name, value === true && typeof told === "number" && told >= 0 ? told : value];
        });
        return Object.fromEntries(seen);
      });
      assert.deepEqual(events, expected);
    });
    run++;
  }
  assert.ok(run >= 17, `${run} were run`);
});

test("what a hook throws reaches no call, and is told", async (t) => {
  const told = t.mock.method(console, "error", () => {});
  for (const onEvent of [
    () => {
      throw new Error("mine");
    },
    async () => {
      throw new Error("mine");
    },
  ]) {
    const { client } = answering([envelope({ title: "a" })], { onEvent });
    assert.equal((await client.room.info({ room_id: 1 })).title, "a");
    await new Promise(setImmediate);
    const { arguments: words } = told.mock.calls.at(-1);
    assert.match(words[0], /onEvent threw/);
    assert.equal(words[1].message, "mine");
  }
});

test("an upload is one call to a hook", async () => {
  const events = [];
  const address = envelope({ video_id: 1, upload_url: "https://upload.example/x" });
  const { client } = answering([address, { status: 200, body: '{"code":1}' }], { onEvent: (event) => events.push(event) });
  const { file } = await import("baijiayun");
  await client.video.upload(file(new Uint8Array(100), { name: "a.mp4" }), { definition: 16 }, { chunkSize: 60 });
  assert.deepEqual(events.map(({ kind, attempt }) => [kind, attempt]), [
    ...[["request", 1], ["answer", 1], ["request", 2], ["answer", 2], ["request", 3], ["answer", 3], ["done", 3]],
  ]);
  assert.ok(events.every(({ operation }) => operation === "video.upload"));
  assert.deepEqual(events.filter(({ kind }) => kind === "request").slice(1).map(({ bytes }) => bytes), [60, 40]);
});

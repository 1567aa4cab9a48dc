// Timeouts of calls, which share a timer in Node.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { TimeoutError } from "baijiayun";

import { ACCOUNT, answering, envelope } from "./support/fakes.mjs";

const never = () => new Promise(() => {});

test("each call has its own time, whoever began first", async () => {
  const { client } = answering([never], { attempts: 1 });
  const over = [];
  const call = (attemptTimeout) =>
    assert.rejects(client.room.info({ room_id: 1 }, { attemptTimeout }), TimeoutError).then(() => over.push(attemptTimeout));
  await Promise.all([60, 1, 30, 31, 2].map(call));
  assert.deepEqual(over, [1, 2, 30, 31, 60]);
});

test("an answer in time ends the wait of its own call only", async () => {
  const { client } = answering([never, envelope({ title: "a" }), never], { attempts: 1 });
  const info = (attemptTimeout) => client.room.info({ room_id: 1 }, { attemptTimeout });
  const late = [info(20), info(10), info(1)];
  const [first, second, third] = await Promise.allSettled(late);
  assert.ok(first.reason instanceof TimeoutError && third.reason instanceof TimeoutError);
  assert.equal(second.value.title, "a");
});

test("a call that follows on a late one has its own time as well", async () => {
  const { client } = answering([never], { attempts: 1, attemptTimeout: 1 });
  for (let nth = 0; nth < 3; nth++) await assert.rejects(client.room.info({ room_id: nth }), TimeoutError);
});

test("the clock of a test counts, though a call came before it", async (t) => {
  const { client } = answering([envelope(null), never], { attempts: 1, attemptTimeout: 30_000, deadline: 30_000 });
  await client.room.info({ room_id: 1 });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const call = client.room.info({ room_id: 1 });
  t.mock.timers.tick(29_000);
  assert.equal(await Promise.race([call.catch((error) => error), "waits"]), "waits");
  t.mock.timers.tick(1_001);
  await assert.rejects(call, TimeoutError);
});

test("timers that a test threw away take no later call's time with them", async (t) => {
  const { client } = answering([never], { attempts: 1, attemptTimeout: 30_000, deadline: 30_000 });
  const environments = globalThis.setTimeout;
  t.after(() => (globalThis.setTimeout = environments));
  let timers = [];
  globalThis.setTimeout = (ring) => (timers.push(ring), { ref() {}, unref() {} });
  client.room.info({ room_id: 1 }).catch(() => {});
  // As `clearAllTimers` of Jest and Vitest does.
  timers = [];
  const call = client.room.info({ room_id: 2 });
  for (const ring of timers) ring();
  await assert.rejects(call, TimeoutError);
});

/** Runs a program that makes calls, and returns what it printed. */
function run(calls) {
  const program = `import { Client } from "baijiayun";
    const never = () => new Promise(() => {});
    const client = (http) => new Client({ ...${JSON.stringify(ACCOUNT)}, http, attempts: 1 });
    const ok = async () => (${JSON.stringify(envelope({ title: "a" }))});
    ${calls}`;
  const options = { cwd: import.meta.dirname, encoding: "utf8", timeout: 20_000 };
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], options);
  assert.equal(status, 0, stderr);
  return stdout;
}

test("a program ends when its calls are over, not when they would have been late", () => {
  const calls = `for (let nth = 0; nth < 3; nth++) console.log((await client(ok).room.info({ room_id: 1 })).title);`;
  assert.equal(run(calls), "a\na\na\n");
});

test("a program does not end before a call that nothing else keeps waiting", () => {
  const calls = `await client(ok).room.info({ room_id: 1 });
    console.log(await client(never).room.info({ room_id: 1 }, { attemptTimeout: 20 }).catch((error) => error.name));
    console.log(await client(never).room.info({ room_id: 1 }, { attemptTimeout: 20 }).catch((error) => error.name));`;
  assert.equal(run(calls), "TimeoutError\nTimeoutError\n");
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client, redisStore } from "baijiayun";
import { Redis } from "ioredis";
import { createClient } from "redis";

import { ACCOUNT, envelope, event } from "./support/fakes.mjs";

test("a script is sent once, then its hash", async () => {
  const script = "return 7";
  const sha = createHash("sha1").update(script).digest("hex");
  const unknown = new Error("NOSCRIPT No matching script. Please use EVAL.");
  let known = false;
  const asked = [];
  const answer = (...command) => {
    asked.push(command);
    if (command[0] !== "eval" && !known) throw unknown;
    known = true;
    return "7";
  };
  const ioRedis = {
    evalsha: async (...command) => answer("evalsha", ...command),
    eval: async (...command) => answer("eval", ...command),
  };
  const nodeRedis = {
    evalSha: async (...command) => answer("evalsha", ...command),
    eval: async (...command) => answer("eval", ...command),
  };
  for (const [client, given] of [
    [ioRedis, [2, "a", "b", "1"]],
    [nodeRedis, [{ keys: ["a", "b"], arguments: ["1"] }]],
  ]) {
    known = false;
    const store = redisStore(client);
    for (let i = 0; i < 2; i++) assert.equal(await store.evaluate(script, ["a", "b"], [1]), 7);
    assert.deepEqual(asked.splice(0), [
      ["evalsha", sha, ...given],
      ["eval", script, ...given],
      ["evalsha", sha, ...given],
    ]);
  }
});

test("other errors of the store are passed on, and so is its silence", async () => {
  const failing = { evalsha: async () => Promise.reject(new Error("OOM")), eval: assert.fail };
  await assert.rejects(redisStore(failing).evaluate("return 1", [], []), /OOM/);
  const silent = { evalSha: () => new Promise(() => {}), eval: assert.fail };
  await assert.rejects(redisStore(silent, { timeout: 1 }).evaluate("return 1", [], []), /no answer within 1 ms/);
});

const SERVER = ["redis-server", "valkey-server"].find((name) =>
  (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name))),
);
const skip = SERVER || process.env.REDIS_REQUIRED ? false : "neither redis-server nor valkey-server is installed";

/** A server of its own on a free port. */
async function startRedis(t) {
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-redis-"));
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address();
  await new Promise((resolve) => free.close(resolve));
  const child = spawn(SERVER, ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder], {
    stdio: "ignore",
  });
  t.after(async () => {
    child.kill();
    await once(child, "exit");
    rmSync(folder, { recursive: true });
  });
  const isUp = () =>
    new Promise((resolve) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  while (!(await isUp()));
  return `redis://127.0.0.1:${port}`;
}

test("two processes keep the limits together on Redis, with either client", { skip }, async (t) => {
  const url = await startRedis(t);
  const ioredis = new Redis(url);
  const nodeRedis = await createClient({ url }).connect();
  try {
    const clients = [ioredis, nodeRedis].map(
      (redis) =>
        new Client({
          ...ACCOUNT,
          http: async () => envelope(null),
          store: redisStore(redis),
          quota: { requests: 20, seconds: 100 },
          deadline: 200,
        }),
    );
    const calls = clients.flatMap((client) =>
      Array.from({ length: 20 }, () => client.room.info({ room_id: 1 }).withDetails()),
    );
    const ended = await Promise.allSettled(calls);
    const went = ended.filter(({ status }) => status === "fulfilled");
    assert.ok(went.length > 0 && went.length <= 20, `${went.length} of 40 went, 20 may`);
    assert.ok(went.every(({ value }) => !value.trace.storeDown));
    const [one, other] = clients.map((client) => client.callbacks);
    assert.deepEqual([await one.claim(event("1")), await other.claim(event("1"))], [true, false]);
    await one.release(event("1"));
    assert.ok(await other.claim(event("1")));
    await nodeRedis.sendCommand(["SCRIPT", "FLUSH"]);
    assert.ok(await one.claim(event("2")), "after a restart the store knows no scripts");
  } finally {
    ioredis.disconnect();
    nodeRedis.destroy();
  }
});

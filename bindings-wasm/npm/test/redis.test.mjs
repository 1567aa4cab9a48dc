// The store on a real Redis, with both of its usual clients.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ThrottledError, redisStore } from "baijiayun";
import { Redis } from "ioredis";
import { createClient } from "redis";

import { answering, envelope, event } from "./support/fakes.mjs";
import { skip, startRedis } from "./support/redis.mjs";

/** How each client is made, and what the tests do with it besides. It ends with the test `t`. */
const CLIENTS = {
  ioredis: (t, server) => {
    const client = new Redis(server.url);
    client.on("error", () => {});
    t.after(() => client.disconnect());
    return { client, send: (...command) => client.call(...command) };
  },
  "node-redis": async (t, server) => {
    const client = createClient({ url: server.url });
    client.on("error", () => {});
    await client.connect();
    t.after(() => client.destroy());
    return { client, send: (...command) => client.sendCommand(command) };
  },
};

/** So slow that no permission comes back while a test runs. */
const QUOTA = { requests: 10, seconds: 36_000 };

/** A client of the account whose requests are answered at once. */
function caller(redis, options) {
  const store = redis && redisStore(redis, { timeout: 5_000, ...options });
  return answering([envelope(null)], { quota: QUOTA, store }).client;
}

const ask = (client) => client.room.info({ room_id: 1 }, { deadline: 60_000 }).withDetails();

/** How many calls go before these clients, taking turns, have to wait for hours. */
async function admitted(...clients) {
  for (let calls = 0; ; calls++) {
    try {
      const { trace } = await ask(clients[calls % clients.length]);
      assert.equal(trace.storeDown, false);
    } catch (error) {
      assert.ok(error instanceof ThrottledError, error);
      return calls;
    }
  }
}

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`${name}: two processes have the limit of one together`, { skip }, async (t) => {
    const server = await startRedis(t);
    const [one, two] = [await connect(t, server), await connect(t, server)];
    const alone = await admitted(caller());
    assert.equal(alone, 10, "all of a limit may go at once");
    assert.equal(await admitted(caller(one.client), caller(two.client)), alone);
    assert.equal(await admitted(caller(one.client)), 0, "what is used up is used up for everybody");
    const keys = await one.send("KEYS", "*");
    assert.ok(keys.length > 0 && keys.every((key) => key.startsWith("baijiayun:{")), `in one slot of a cluster: ${keys}`);
  });

  test(`${name}: a callback is claimed by one of two processes`, { skip }, async (t) => {
    const server = await startRedis(t);
    const [one, two] = [await connect(t, server), await connect(t, server)];
    const claim = (redis, qid) => caller(redis.client).callbacks.claim(event(qid));
    assert.deepEqual((await Promise.all([claim(one, "q1"), claim(two, "q1")])).sort(), [false, true]);
    const first = caller(one.client).callbacks;
    assert.equal(await first.claim(event("q2")), true);
    await first.release(event("q2"));
    assert.equal(await claim(two, "q2"), true, "what was given back is free for the others");
    assert.ok(Number(await one.send("TTL", "baijiayun:{callbacks}:qid:q2")) > 500, "a claim ends by itself");
  });

  test(`${name}: a script is sent once, and again to a server that forgot it`, { skip }, async (t) => {
    const server = await startRedis(t);
    const { client, send } = await connect(t, server);
    const sent = async () => Number(/cmdstat_eval:calls=(\d+)/.exec(await send("INFO", "commandstats"))?.[1] ?? 0);
    const calls = caller(client);
    assert.equal((await ask(calls)).trace.storeDown, false);
    assert.equal((await ask(calls)).trace.storeDown, false);
    assert.equal(await sent(), 1);
    await send("SCRIPT", "FLUSH");
    assert.equal((await ask(calls)).trace.storeDown, false);
    assert.equal(await sent(), 2);
  });

  test(`${name}: calls go on while the store is down or slow, and say so`, { skip }, async (t) => {
    const server = await startRedis(t);
    const { client } = await connect(t, server);
    server.freeze();
    assert.equal((await ask(caller(client, { timeout: 50 }))).trace.storeDown, true, "slow");
    await server.kill();
    const calls = caller(client, { timeout: 50 });
    assert.equal((await ask(calls)).trace.storeDown, true, "down");
    assert.equal(await calls.callbacks.claim(event("q1")), true);
    assert.equal(await calls.callbacks.claim(event("q1")), false, "in this process each callback is taken once all the same");
    assert.ok(await server.start());
    assert.equal((await ask(caller(client))).trace.storeDown, false, "the client connected again");
  });
}

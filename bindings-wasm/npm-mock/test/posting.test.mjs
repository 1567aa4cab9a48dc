// What the function may do that posts callbacks. Here the timers are the test's: by themselves, since a fetch that lost its timers throws later.
import assert from "node:assert/strict";
import { test } from "node:test";

import { world } from "./support/world.mjs";

test("whatever post does, the mock goes on", async (t) => {
  const looped = new Error("round and round");
  const given = [
    [() => undefined, /no \{ status, body \}/],
    [() => ({ status: "200", body: 1 }), /no \{ status, body \}/],
    [() => Promise.reject(null), /null/],
    [() => Promise.reject(Object.create(null)), /an object was thrown/],
    [() => { throw Object.assign(looped, { cause: looped }); }, /^round and round$/],
    [() => ({ get status() { throw new Error("no status"); } }), /no status/],
    [() => Object.defineProperty({}, "then", { get() { throw new Error("no then"); } }), /no then/],
    [() => new Response('{"code":0}'), undefined],
    [() => ({ then: (resolve) => (resolve({ status: 200, body: '{"code":0}' }), resolve(5)) }), undefined],
    [() => new Promise(() => {}), /no answer within 5000 ms/],
    [() => ({ status: 200, body: '{"code":0}' }), undefined],
  ];
  let post;
  const { mock, client } = world(t, { post: () => post() });
  await client.liveAccount.setClassCallbackUrl({ url: "https://school.example/callbacks" });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [does, error] of given) {
    const asked = new Promise((resolve) => (post = () => (setImmediate(resolve), does())));
    const triggered = mock.trigger("class_event", { op: "start" });
    await asked;
    t.mock.timers.tick(5000);
    const told = await triggered;
    if (error) assert.match(told.error, error);
    else assert.deepEqual([told.error, told.taken], [undefined, true]);
    mock.forget();
  }
});

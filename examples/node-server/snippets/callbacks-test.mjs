import assert from "node:assert/strict";
import { test } from "node:test";

import { app } from "./callbacks-hono.mjs";
import { client } from "./client.mjs";

test("a class that begins is taken", async () => {
  const data = { room_id: "26112310000000", op: "start", op_time: "2026-11-28 08:00:00" };
  const post = client.callbacks.signed("class_event", data);
  const response = await app.request("/callbacks", { method: "POST", ...post });
  assert.equal(await response.text(), client.callbacks.success);
});

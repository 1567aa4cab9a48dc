import assert from "node:assert/strict";
import { test } from "node:test";

import { answering, envelope } from "./support/fakes.mjs";

test("calls of any length cross, in any order", async () => {
  const lengths = [1, 5_000, 3, 300_000, 10, 600_000, 2];
  const { client, requests } = answering(lengths.map(() => envelope(null)));
  for (const [nth, length] of lengths.entries()) {
    const text = "百".repeat(length);
    await client.call("/any/path", { text, nth });
    const form = new URLSearchParams(requests[nth].body);
    assert.equal(form.get("text"), text);
    assert.equal(form.get("nth"), String(nth));
  }
});

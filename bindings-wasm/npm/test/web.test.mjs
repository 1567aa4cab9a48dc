// The entry for browsers, where its file is missing. packaging/ runs it in the real ones.
import assert from "node:assert/strict";
import { test } from "node:test";

import * as web from "../dist/web.mjs";

import { ACCOUNT } from "./support/fakes.mjs";

test("a file that cannot be loaded is told, and tried again", async (t) => {
  const fetched = t.mock.method(globalThis, "fetch", async () => new Response("<html>", { status: 404 }));
  const client = new web.Client({ ...ACCOUNT, http: assert.fail });
  for (let i = 1; i <= 2; i++) {
    await assert.rejects(client.room.info({ room_id: 1 }), (error) => {
      return error instanceof web.MisuseError && /404/.test(error.reason) && /baijiayun\/inline/.test(error.hint);
    });
    assert.equal(fetched.mock.callCount(), i);
    assert.match(String(fetched.mock.calls[0].arguments[0]), /dist\/baijiayun\.wasm$/);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "baijiayun";
import { MockAgent, fetch } from "undici";

const dispatcher = new MockAgent();
dispatcher.disableNetConnect();
dispatcher
  .get("https://demo.at.baijiayun.com")
  .intercept({ method: "POST", path: "/openapi/room/info" })
  .reply(200, { code: 0, data: { title: "测试" }, msg: "", ts: 1795367038 });

test("the title is shown", async () => {
  // That of undici itself: the fetch of Node may be of another version than the agent.
  const options = { fetch: (url, init) => fetch(url, { ...init, dispatcher }) };
  const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "any", ...options });
  assert.equal((await client.room.info({ room_id: "26112310000000" })).title, "测试");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "baijiayun";
import nock from "nock";

nock("https://demo.at.baijiayun.com")
  .post("/openapi/room/info", /room_id=26112310000000/)
  .reply(200, { code: 0, data: { title: "测试" }, msg: "", ts: 1795367038 });

test("the title is shown", async () => {
  const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "any" });
  assert.equal((await client.room.info({ room_id: "26112310000000" })).title, "测试");
});

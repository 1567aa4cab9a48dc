import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "baijiayun";

test("the title is shown", async () => {
  const http = async (request) => {
    assert.match(request.body, /room_id=26112310000000/);
    return { status: 200, body: '{"code":0,"data":{"title":"测试"},"msg":"","ts":1795367038}' };
  };
  const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "any", http });
  assert.equal((await client.room.info({ room_id: "26112310000000" })).title, "测试");
});

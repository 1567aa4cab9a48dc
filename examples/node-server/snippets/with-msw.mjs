import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Client } from "baijiayun";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";

const answer = (data) => HttpResponse.json({ code: 0, data, msg: "", ts: 1795367038 });
const server = setupServer(http.post("https://demo.at.baijiayun.com/openapi/room/info", () => answer({ title: "测试" })));
server.listen({ onUnhandledRequest: "error" });
after(() => server.close());

test("the title is shown", async () => {
  const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "any" });
  assert.equal((await client.room.info({ room_id: "26112310000000" })).title, "测试");
});

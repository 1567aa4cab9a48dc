import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, RoomDeletedError } from "baijiayun";
import { createMock } from "baijiayun-mock";

const mock = createMock();
const client = new Client({ ...mock.account, http: mock.executor });

test("a room that was deleted is gone", async () => {
  const start = new Date(Date.now() + 3_600_000);
  const end = new Date(start.getTime() + 3_600_000);
  const { room_id } = await client.room.create({ title: "测试", start_time: start, end_time: end });
  await client.room.delete({ room_id });
  await assert.rejects(client.room.info({ room_id }), RoomDeletedError);
});

test("a callback that is not taken comes again", async () => {
  await client.liveAccount.setClassCallbackUrl({ url: "http://127.0.0.1:9/callbacks" }); // nobody is there
  await mock.trigger("class_event", { op: "start" });
  await mock.advance(4_000); // no test waits
  assert.equal(mock.posted().length, 3);
});

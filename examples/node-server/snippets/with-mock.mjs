import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

import { Client, RoomDeletedError } from "baijiayun";

const mock = spawn("bjy", ["mock", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
after(() => mock.kill("SIGINT"));
const [line] = await once(createInterface(mock.stdout), "line");
const { url, partner_id, partner_key } = JSON.parse(line);
const client = new Client({ domain: url, partnerId: partner_id, partnerKey: partner_key });

test("a room that was deleted is gone", async () => {
  const start = new Date(Date.now() + 3_600_000);
  const end = new Date(start.getTime() + 3_600_000);
  const { room_id } = await client.room.create({ title: "测试", start_time: start, end_time: end });
  await client.room.delete({ room_id });
  await assert.rejects(client.room.info({ room_id }), RoomDeletedError);
});

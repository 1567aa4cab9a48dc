// Calls of one client to the mock in the process, and to `bjy mock` over loopback: `npm run bench`. BJY names an optimised bjy
// (`cargo build --release -p baijiayun-cli`). Batches of both are taken in turn; what is told is the least time of a call.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { Client } from "baijiayun";
import { createMock } from "baijiayun-mock";

const CALLS = 1000;
const BATCHES = 20;

const bjy = process.env.BJY ?? "../../target/release/bjy";
const child = spawn(bjy, ["mock", "--json", "--rate", "0"], { stdio: ["ignore", "pipe", "inherit"] });
const [line] = await once(createInterface(child.stdout), "line");
const { url, partner_id, partner_key } = JSON.parse(line);
const begun = performance.now();
const mock = createMock({ rate: 0 });
await mock.executor({ method: "GET", url: "https://mock.invalid/openapi/room/list" });
console.log(`made, with the first answer: ${(performance.now() - begun).toFixed(0)} ms`);

const settings = { quota: false, operationQuota: false };
const clients = {
  "in the process": new Client({ ...mock.account, http: mock.executor, ...settings }),
  "over loopback": new Client({ domain: url, partnerId: partner_id, partnerKey: partner_key, ...settings }),
};
const calls = {
  "room.info, one after the other": async (client, room_id) => {
    for (let i = 0; i < CALLS; i++) await client.room.info({ room_id });
  },
  "room.info, 50 at once": async (client, room_id) => {
    const some = async () => {
      for (let i = 0; i < CALLS / 50; i++) await client.room.info({ room_id });
    };
    await Promise.all(Array.from({ length: 50 }, some));
  },
};
for (const [what, call] of Object.entries(calls)) {
  const least = {};
  const rooms = {};
  for (const [where, client] of Object.entries(clients)) {
    const times = { start_time: new Date(), end_time: new Date(Date.now() + 3_600_000) };
    rooms[where] = (await client.room.create({ title: "课", ...times })).room_id;
  }
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const [where, client] of Object.entries(clients)) {
      mock.forget();
      const begun = performance.now();
      await call(client, rooms[where]);
      least[where] = Math.min(least[where] ?? Infinity, performance.now() - begun);
    }
  }
  for (const [where, time] of Object.entries(least)) {
    console.log(`${what}, ${where}: ${Math.round((CALLS / time) * 1000)} calls a second (${((time / CALLS) * 1000).toFixed(0)} µs)`);
  }
}
await mock.close();
child.kill("SIGINT");

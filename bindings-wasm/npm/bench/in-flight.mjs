// Calls over a socket to a server of this machine, beside a bare fetch and a fetch that signs: `node bench/in-flight.mjs`
// (after `npm run build`); `node bench/in-flight.mjs 256` for one number alone. The server is a process of its own; the candidates take turns.
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { Client } from "baijiayun";

const ANSWER = '{"code":0,"msg":"","ts":1501572288,"data":{"user_count":2,"display_user_count":2}}';
const KEY = "the partner key";

if (process.argv[2] === "serve") {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json");
    response.end(ANSWER);
  });
  // Whoever waits for its turn keeps its connections.
  server.keepAliveTimeout = 600_000;
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
} else {
  const child = fork(new URL(import.meta.url).pathname, ["serve"]);
  const [port] = await once(child, "message");
  const domain = `http://127.0.0.1:${port}`;
  const client = new Client({ domain, partnerId: "1", partnerKey: KEY, quota: false, operationQuota: false });
  const path = `${domain}/openapi/live/getUserCount`;
  const post = async (body, signal) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return (await (await fetch(path, { method: "POST", headers, body, signal })).json()).data;
  };
  const signed = () => {
    const text = `partner_id=1&room_id=1&timestamp=${Math.floor(Date.now() / 1000)}`;
    return `${text}&sign=${createHash("md5").update(`${text}&partner_key=${KEY}`).digest("hex")}`;
  };
  const candidates = {
    ours: () => client.live.getUserCount({ room_id: 1 }),
    fetch: () => post("partner_id=1&room_id=1"),
    "fetch, signed, with a timeout": () => post(signed(), AbortSignal.timeout(30_000)),
  };
  const chosen = process.argv.slice(2).map(Number);
  for (const inFlight of chosen.length > 0 ? chosen : [1, 16, 256]) {
    const most = {};
    const total = inFlight === 1 ? 500 : 2_000;
    for (let round = 0; round < 7; round++) {
      for (const [name, call] of Object.entries(candidates)) {
        let left = total;
        const work = async () => {
          while (left-- > 0) await call();
        };
        const begun = performance.now();
        await Promise.all(Array.from({ length: inFlight }, work));
        const rate = total / ((performance.now() - begun) / 1000);
        if (round > 0) most[name] = Math.max(most[name] ?? 0, rate);
      }
    }
    const told = Object.entries(most).map(([name, rate]) => `${name} ${Math.round(rate)}`);
    console.log(`${inFlight} in flight, calls a second: ${told.join(", ")}; ours of fetch ${(most.ours / most.fetch).toFixed(2)}`);
  }
  child.kill();
}

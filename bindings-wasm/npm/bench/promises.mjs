// When calls end whose supplier says nothing, and what large answers take: `node bench/promises.mjs` (after `npm run build`).
// `node --max-old-space-size=256 bench/promises.mjs eight` for eight answers of 50 MB at once.
import { createServer } from "node:http";

import { Client } from "baijiayun";

const ACCOUNT = { domain: "demo", partnerId: "12345678", partnerKey: "the key", quota: false, operationQuota: false };
const never = () => new Promise(() => {});
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

async function ending(what, options) {
  const client = new Client({ ...ACCOUNT, ...options, deadline: 1000 });
  const begun = performance.now();
  const error = await client.room.info({ room_id: 1 }).then(() => undefined, (error) => error);
  console.log(`${what}: ${Math.round(performance.now() - begun)} ms, ${error?.message ?? "it went"}`);
}

async function serving(handler, run) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await run(`http://127.0.0.1:${server.address().port}`);
  server.closeAllConnections();
  server.close();
}

if (process.argv[2] === "eight") {
  const body = Buffer.from(JSON.stringify({ code: 0, data: { list: Array.from({ length: 50_000 }, () => "x".repeat(997)) }, msg: "", ts: 1 }));
  await serving(
    (_, response) => response.end(body),
    async (domain) => {
      const client = new Client({ ...ACCOUNT, domain });
      const begun = performance.now();
      const kinds = await Promise.all(Array.from({ length: 8 }, () => client.callPath("/large").catch(({ kind }) => kind)));
      console.log(`eight of ${megabytes(body.length)}: ${kinds.join()} after ${Math.round(performance.now() - begun)} ms`);
    },
  );
} else {
  await ending("the executor", { http: never });
  await ending("the signer", { partnerKey: undefined, signer: never });
  await ending("the store, then the executor", { http: never, quota: undefined, store: { evaluate: never } });
  await serving(() => {}, (domain) => ending("a server that says nothing", { domain }));
  const rows = Array.from({ length: 57_000 }, (_, id) => ({ video_id: 10_000 + id, name: `视频 ${id} `.padEnd(700, "视频 lesson ") }));
  const body = new TextEncoder().encode(JSON.stringify({ code: 0, data: { total: rows.length, list: rows }, msg: "", ts: 1 }));
  const client = new Client({ ...ACCOUNT, http: async () => ({ status: 200, body }), maxAnswer: 1 << 28 });
  const times = [];
  for (let round = 0; round < 5; round++) {
    const begun = performance.now();
    await client.video.list();
    times.push(performance.now() - begun);
  }
  console.log(`an answer of ${megabytes(body.length)} holds the event loop for ${Math.round(Math.min(...times))} ms`);
}

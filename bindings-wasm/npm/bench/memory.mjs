// Prints how the memory grows over a million calls: after the first 100,000, and after all. Run with --expose-gc.
import { Client } from "baijiayun";

const http = async () => ({ status: 200, body: '{"code":0,"msg":"","ts":1,"data":{"room_id":"1","admin_code":"abc","teacher_code":"def","student_code":"ghi"}}' });
const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "key", http, quota: false, operationQuota: false });

function now() {
  globalThis.gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;
  return { rss: megabytes(rss), heap: megabytes(heapUsed), external: megabytes(external + arrayBuffers) };
}

async function calls(count) {
  for (let n = 0; n < count; n++) await client.room.create({ title: `a${n}`, start_time: 1501575608, end_time: 1501579208 });
}

await calls(100_000);
const before = now();
await calls(900_000);
console.log(JSON.stringify({ before, after: now() }));

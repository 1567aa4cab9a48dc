// Prints the most memory that the upload of a large file takes: `node bench/upload.mjs [gigabytes]`.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client, fromPath } from "baijiayun";

/** What takes the file is a process of its own, so that its memory does not count. */
function receive() {
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk) => (bytes += chunk.length));
    request.on("end", () => {
      const isWhole = bytes === Number(request.headers["content-length"]);
      const upload_url = `http://127.0.0.1:${server.address().port}/upload?token=t`;
      const address = { code: 0, data: { video_id: 1, upload_url }, msg: "", ts: 1 };
      response.end(JSON.stringify(request.url.startsWith("/upload") ? { code: isWhole ? 1 : 4001 } : address));
    });
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

async function upload(gigabytes) {
  const receiver = fork(import.meta.filename);
  const [port] = await once(receiver, "message");
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-"));
  const path = join(folder, "large.mp4");
  writeFileSync(path, "");
  truncateSync(path, gigabytes * 2 ** 30);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const client = new Client({ domain: `http://127.0.0.1:${port}`, partnerId: 1, partnerKey: "key" });
  await client.video.upload(fromPath(path), { definition: 16 });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  rmSync(folder, { recursive: true });
  receiver.kill();
  const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;
  console.log(JSON.stringify({ gigabytes, seconds, before: megabytes(before), peak: megabytes(peak) }));
}

if (process.send) receive();
else await upload(Number(process.argv[2] ?? 2));

// Prints the most memory that the upload of a large file takes over two breaks: `node bench/upload.mjs [gigabytes]`.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client, fromPath } from "baijiayun";

/** What takes the file is a process of its own, so that its memory does not count. It breaks off at each of these bytes. */
function receive(breaks) {
  let stored = 0;
  const server = createServer((request, response) => {
    const range = /^bytes (\d+)-/.exec(request.headers["content-range"]);
    let bytes = 0;
    request.on("data", (chunk) => {
      bytes += chunk.length;
      if (range && stored + bytes > breaks[0]) {
        breaks.shift();
        request.destroy();
      }
    });
    request.on("end", () => {
      const upload_url = `http://127.0.0.1:${server.address().port}/upload?token=t`;
      const data = { video_id: 1, upload_url, upload_size: stored };
      if (!range) return response.end(JSON.stringify({ code: 0, data, msg: "", ts: 1 }));
      const isNext = Number(range[1]) === stored + 1 && bytes === Number(request.headers["content-length"]);
      if (isNext) stored += bytes;
      response.end(JSON.stringify({ code: isNext ? 1 : 4001 }));
    });
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

async function upload(gigabytes) {
  const size = Math.round(gigabytes * 2 ** 30);
  const receiver = fork(import.meta.filename, [String(size * 0.4), String(size * 0.8)]);
  const [port] = await once(receiver, "message");
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-"));
  const path = join(folder, "large.mp4");
  writeFileSync(path, "");
  truncateSync(path, size);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const client = new Client({ domain: `http://127.0.0.1:${port}`, partnerId: 1, partnerKey: "key" });
  const { resumes } = await client.video.upload(fromPath(path), { definition: 16 });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  rmSync(folder, { recursive: true });
  receiver.kill();
  const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;
  console.log(JSON.stringify({ gigabytes, resumes, seconds, before: megabytes(before), peak: megabytes(peak) }));
}

if (process.send) receive(process.argv.slice(2).map(Number));
else await upload(Number(process.argv[2] ?? 2));

// What the start page weighs and when it can be used: docs/benchmarks.md. `node measure.mjs [PATH]`, after cargo xtask site.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { DIST, launch, serve } from "./test/support.mjs";

const path = process.argv[2] ?? "/index.html";
const site = await serve();
const browser = await launch();
const times = [];
let files = [];
for (let run = 0; run < 9; run += 1) {
  // A context of its own has nothing of the run before.
  const context = await browser.newContext();
  const page = await context.newPage();
  const got = [];
  page.on("response", (response) => got.push(new URL(response.url()).pathname));
  await page.goto(`${site.url}${path}`);
  // Vue has taken the page over: buttons and links work.
  await page.waitForFunction(() => document.querySelector("#app")?.__vue_app__ !== undefined, undefined, { polling: "raf" });
  times.push(await page.evaluate(() => performance.now()));
  if (run === 0) files = [...new Set(got)].filter((file) => file !== "/vp-icons.css");
  await context.close();
}
await browser.close();
site.close();
const sizes = files.map((file) => {
  const bytes = readFileSync(join(DIST, file));
  return { file, bytes: bytes.length, gzipped: gzipSync(bytes).length };
});
console.table(sizes);
const sum = (key) => sizes.reduce((total, size) => total + size[key], 0);
times.sort((a, b) => a - b);
console.log(`${path}: ${sum("bytes")} bytes, ${sum("gzipped")} gzipped; usable after ${Math.round(times[4])} ms (${Math.round(times[0])} to ${Math.round(times[8])})`);

// The page that uploads videos, in a browser, to the mock of the service.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client } from "baijiayun";

import { openBrowser, serve, startMock, startServer } from "./support.js";

const HERE = join(import.meta.dirname, "..");
const CHUNK = 5 << 20;
const content = randomBytes(2.5 * CHUNK);
const SIZE = content.length;
const WHOLE = [`bytes 1-${CHUNK}/${SIZE}`, `bytes ${CHUNK + 1}-${2 * CHUNK}/${SIZE}`, `bytes ${2 * CHUNK + 1}-${SIZE}/${SIZE}`];

/**
 * The page, a file on disk, and what the service has of it.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} flags
 */
async function open(t, ...flags) {
  const account = await startMock(t, ...flags);
  const server = await startServer(t, account);
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-uploads-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "第一课.mp4");
  writeFileSync(path, content);

  const page = await openBrowser(t);
  /** @type {Error[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  /** The chunks that left, and where it asked to go on. @type {string[][]} */
  const [ranges, asked] = [[], []];
  page.on("request", (request) => {
    const range = request.headers()["content-range"];
    if (request.method() === "POST" && range) ranges.push(range);
    if (request.url().endsWith("/resume")) asked.push(new URL(request.url()).pathname);
  });
  await page.goto(`${server}/upload`);

  const upload = async () => {
    await page.getByLabel("视频或音频文件").setInputFiles(path);
    await page.getByRole("button", { name: "上传" }).click();
  };
  /** The video, once the page says that it is uploaded. */
  const uploaded = async () => {
    await page.getByText(/已上传，视频编号 \d+/).waitFor();
    const [video_id = ""] = /\d+/.exec(await page.locator("#result").innerText()) ?? [];
    const client = new Client({
      domain: account.BAIJIAYUN_DOMAIN,
      partnerId: account.BAIJIAYUN_PARTNER_ID,
      partnerKey: account.BAIJIAYUN_PARTNER_KEY,
    });
    const { name, total_size, file_md5 } = await client.video.info({ video_id });
    assert.deepEqual([name, total_size], ["第一课.mp4", SIZE]);
    assert.equal(file_md5, createHash("md5").update(content).digest("hex"));
    await page.locator("#unfinished", { hasText: "没有" }).waitFor();
    assert.deepEqual(errors, []);
    return video_id;
  };
  return { page, ranges, asked, upload, uploaded };
}

test("a video is uploaded by the page, past connections that break in the middle", async (t) => {
  const { page, ranges, asked, upload, uploaded } = await open(t, "--uploads-break-every", "3000000");
  await upload();
  const id = await uploaded();
  // Browsers repeat by themselves what broke on a connection that they had used before; the rest is for us.
  assert.ok(asked.length > 0 && asked.every((path) => path === `/videos/${id}/resume`), asked.join());
  assert.deepEqual([...new Set(ranges)], WHOLE);
  assert.ok(ranges.length > WHOLE.length, "it broke");
  assert.match(await page.locator("#progress").innerText(), /^12\.5 MB \/ 12\.5 MB$/);
});

test("it is paused, and goes on after a reload", async (t) => {
  const { page, ranges, upload, uploaded } = await open(t);
  // The second chunk hangs.
  await page.route(/\/upload\?/, (route) => {
    if (ranges.length < 2) return route.continue();
  });
  await upload();
  await page.getByText("5.0 MB / 12.5 MB").waitFor();
  await page.getByRole("button", { name: "暂停" }).click();
  await page.getByText("已暂停，再点“上传”从断点继续").waitFor();
  await page.reload();
  await page.locator("#unfinished li", { hasText: "第一课.mp4" }).waitFor();
  await page.unroute(/\/upload\?/);

  ranges.splice(0);
  await upload();
  await uploaded();
  assert.deepEqual(ranges, WHOLE.slice(1));
});

test("a reload in the middle of a chunk loses no more than the chunk", async (t) => {
  const { page, ranges, upload, uploaded } = await open(t);
  await page.route(/\/upload\?/, (route) => {
    if (ranges.length < 2) return route.continue();
  });
  await upload();
  await page.getByText("5.0 MB / 12.5 MB").waitFor();
  await page.reload();
  await page.unroute(/\/upload\?/);
  ranges.splice(0);
  await upload();
  await uploaded();
  assert.deepEqual(ranges, WHOLE.slice(1));
});

test("what is not to go on is forgotten, and begins anew", async (t) => {
  const { page, ranges, upload, uploaded } = await open(t);
  await page.route(/\/upload\?/, (route) => {
    if (ranges.length < 2) return route.continue();
  });
  await upload();
  await page.getByText("5.0 MB / 12.5 MB").waitFor();
  await page.getByRole("button", { name: "暂停" }).click();
  await page.getByRole("button", { name: "不再继续" }).click();
  await page.locator("#unfinished", { hasText: "没有" }).waitFor();
  await page.unroute(/\/upload\?/);
  ranges.splice(0);
  await upload();
  await uploaded();
  assert.deepEqual(ranges, WHOLE);
});

test("no page and no answer holds the key", async (t) => {
  const account = await startMock(t);
  const server = await startServer(t, account);
  const headers = { "content-type": "application/json" };
  const made = await fetch(`${server}/videos`, { method: "POST", headers, body: '{"name":"a.mp4"}' });
  assert.equal(made.status, 201);
  const text = await made.text();
  const { video_id } = JSON.parse(text);
  const resumed = await (await fetch(`${server}/videos/${video_id}/resume`, { method: "POST" })).text();
  assert.equal(JSON.parse(resumed).upload_size, 0);
  const module = await (await fetch(`${server}/baijiayun/upload.mjs`)).text();
  const page = await (await fetch(`${server}/upload`)).text();
  for (const answer of [text, resumed, module, page]) {
    assert.ok(!answer.includes(account.BAIJIAYUN_PARTNER_KEY));
  }
  // What is whole has no address: its status tells.
  const form = new FormData();
  form.append("data", new Blob(["abc"]), "a.mp4");
  await fetch(JSON.parse(resumed).upload_url, { method: "POST", body: form });
  const whole = await (await fetch(`${server}/videos/${video_id}/resume`, { method: "POST" })).json();
  assert.ok(whole.status >= 20 && !whole.upload_url, JSON.stringify(whole));
  const nameless = await fetch(`${server}/videos`, { method: "POST", headers, body: '{"name":" "}' });
  assert.equal(nameless.status, 400);
});

test("upload-page.mjs and upload-server.mjs of the guide", async (t) => {
  const account = await startMock(t);
  Object.assign(process.env, account);
  const { app } = await import("../snippets/upload-server.mjs");
  const html = `<link rel="icon" href="data:," /><script type="importmap">{ "imports": { "baijiayun/upload": "/baijiayun/upload.mjs" } }</script>`;
  const site = await serve(t, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/videos")) return app.fetch(request);
    if (pathname === "/") return new Response(html, { headers: { "content-type": "text/html" } });
    const file = pathname.startsWith("/baijiayun/") ? join(HERE, "node_modules/baijiayun/dist", pathname.slice(11)) : join(HERE, "snippets", pathname);
    return new Response(readFileSync(file), { headers: { "content-type": "text/javascript" } });
  });
  const page = await openBrowser(t);
  await page.goto(site);
  const uploaded = await page.evaluate(async () => {
    const { upload } = await import(/** @type {any} */ ("/upload-page.mjs"));
    const told = [];
    const onProgress = (uploaded) => told.push(uploaded);
    const ids = [];
    for (const size of [1000, 6_000_000]) ids.push(await upload(new File([new Uint8Array(size)], "a.mp4"), { onProgress }));
    return { ids, told, kept: localStorage.length };
  });
  assert.deepEqual(uploaded.told, [1000, 5 << 20, 6_000_000]);
  assert.equal(uploaded.kept, 0);
  const { client } = await import("../snippets/client.mjs");
  for (const [at, size] of [1000, 6_000_000].entries()) {
    const { total_size } = await client.video.info({ video_id: uploaded.ids[at] });
    assert.equal(total_size, size);
  }
});

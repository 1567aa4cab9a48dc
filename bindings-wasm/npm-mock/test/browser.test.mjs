// In a real browser: the file beside the module, the module that holds it, and a worker.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { test } from "node:test";

import { browser, needsChromium } from "./support/browser.mjs";

const FOLDERS = { "/npm/": join(import.meta.dirname, "../../npm/dist"), "/mock/": join(import.meta.dirname, "../dist") };
const TYPES = { ".mjs": "text/javascript", ".wasm": "application/wasm" };

const EXERCISE = `
  export async function exercise(entry) {
    const { Client } = await import("/npm/web.mjs");
    const { createMock } = await import(entry);
    const given = [];
    const post = (delivery) => (given.push(delivery), { status: given.length > 1 ? 200 : 500, body: '{"code":0}' });
    const mock = createMock({ rate: 0, post });
    mock.misbehave({ phpLoose: true });
    const client = new Client({ ...mock.account, http: mock.executor, dangerouslyAllowBrowser: true });
    const [start_time, end_time] = [1, 2].map((hours) => new Date(Date.now() + hours * 3600_000));
    const { room_id } = await client.room.create({ title: "网页里的课", start_time, end_time });
    await client.liveAccount.setClassCallbackUrl({ url: "https://school.example/callbacks" });
    await client.live.startClass({ room_id });
    await mock.advance(60_000);
    const file = new Blob([new Uint8Array(3 << 20)]);
    const { video_id } = await client.video.upload((await import("/npm/web.mjs")).file(file, { name: "a.mp4" }), { definition: 16 });
    const { total_size } = await client.video.info({ video_id });
    const listen = await mock.listen().catch(String);
    return { title: (await client.room.info({ room_id })).title, posts: given.length, total_size, listen, came: mock.received().length };
  }
`;

async function serve(t) {
  const asked = [];
  const server = createServer(async ({ url }, response) => {
    asked.push(url);
    const folder = Object.keys(FOLDERS).find((prefix) => url.startsWith(prefix));
    if (url === "/") return response.setHeader("content-type", "text/html").end("<!DOCTYPE html><title>test</title>");
    if (url === "/exercise.mjs") return response.setHeader("content-type", "text/javascript").end(EXERCISE);
    if (url === "/worker.mjs") {
      const worker = 'import { exercise } from "/exercise.mjs"; exercise("/mock/web.mjs").then(postMessage, (error) => postMessage(String(error)));';
      return response.setHeader("content-type", "text/javascript").end(worker);
    }
    const file = folder && join(FOLDERS[folder], url.slice(folder.length));
    if (!file || !existsSync(file)) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[extname(file)]).end(await readFile(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${server.address().port}`, asked };
}

test("browser", needsChromium, async (t) => {
  const { origin, asked } = await serve(t);
  const page = await (await browser(t)).newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  const expected = { title: "网页里的课", posts: 2, total_size: 3 << 20, came: 7 };
  const check = ({ listen, ...found }) => {
    assert.deepEqual(found, expected);
    assert.match(listen, /there are no servers here/);
    assert.deepEqual(errors, []);
  };
  await page.goto(origin);
  await t.test("the file beside the module", async () => {
    check(await page.evaluate(() => import("/exercise.mjs").then(({ exercise }) => exercise("/mock/web.mjs"))));
    assert.equal(asked.filter((url) => url === "/mock/baijiayun-mock.wasm").length, 1);
  });
  await t.test("the module that holds it", async () => {
    check(await page.evaluate(() => import("/exercise.mjs").then(({ exercise }) => exercise("/mock/inline.mjs"))));
  });
  await t.test("a worker", async () => {
    const said = () =>
      new Promise((resolve) => {
        new Worker("/worker.mjs", { type: "module" }).onmessage = ({ data }) => resolve(data);
      });
    check(await page.evaluate(said));
  });
});

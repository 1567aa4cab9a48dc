// However it is loaded. browser.test.mjs does it in a browser.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { Client } from "baijiayun";
import { createMock } from "baijiayun-mock";

import { PLAIN, create } from "./support/world.mjs";

const require = createRequire(import.meta.url);

async function works({ createMock }) {
  const mock = createMock();
  // It is not there yet in some of them: nothing is lost.
  mock.misbehave({ phpLoose: true });
  assert.deepEqual(mock.received(), []);
  const client = new Client({ ...mock.account, http: mock.executor, ...PLAIN });
  const { room_id } = await create(client, "101");
  const { url } = await fetchInfo(client, mock, room_id);
  assert.ok(url);
  assert.equal(mock.received().length, 2);
}

/** The answer as it came: a number in place of a text shows that it misbehaves. */
async function fetchInfo(client, mock, room_id) {
  const request = client.request("room.info", { room_id });
  const { body } = await mock.executor(request);
  assert.equal(JSON.parse(body).data.title, 101);
  return request;
}

test("import", () => works({ createMock }));
test("require", () => works(require("baijiayun-mock")));
test("import and require have the same", () => assert.equal(createMock, require("baijiayun-mock").createMock));
test("inline, import", async () => works(await import("baijiayun-mock/inline")));
test("inline, require", () => works(require("baijiayun-mock/inline")));

test("a worker thread", async () => {
  const program = `
    const { parentPort } = require("node:worker_threads");
    const { createMock } = require("baijiayun-mock");
    createMock().executor({ method: "GET", url: "https://mock/openapi/room/list" }).then(({ body }) => parentPort.postMessage(body));
  `;
  const worker = new Worker(program, { eval: true });
  const body = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  assert.equal(JSON.parse(body).code, 1001);
  await worker.terminate();
});

test("a file that cannot be loaded is told, and tried again", async (t) => {
  const web = await import("../dist/web.mjs");
  const fetched = t.mock.method(globalThis, "fetch", async () => new Response("", { status: 404 }));
  const mock = web.createMock();
  for (let i = 1; i <= 2; i++) {
    await assert.rejects(mock.ready(), /baijiayun-mock\.wasm.*404.*baijiayun-mock\/inline/);
    assert.equal(fetched.mock.callCount(), i);
  }
});

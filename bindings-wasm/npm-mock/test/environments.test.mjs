// However it is loaded. browser.test.mjs does it in a browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";

import { Client } from "baijiayun";
import { createMock } from "baijiayun-mock";

import { PLAIN, create } from "./support/world.mjs";

const require = createRequire(import.meta.url);

async function works({ createMock }) {
  const mock = createMock();
  // It is not there yet in some of them: nothing is lost.
  mock.misbehave({ phpLoose: true });
  assert.equal(mock.received().length, 0);
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

/** As jsdom of Jest: globals of its own, of which many are missing. */
function loadedBy(name) {
  const path = join(import.meta.dirname, "../dist", name);
  const module = { exports: {} };
  const globals = { AbortController, URL, atob, clearTimeout, process, setTimeout, FileReader, Blob: undefined };
  const load = runInNewContext(`(function (module, exports, require, __dirname) {${readFileSync(path, "utf8")}\n})`, globals);
  load(module, module.exports, require, dirname(path));
  return module.exports;
}

/** Of jsdom, whose Blobs have no streams. */
class FileReader {
  readAsArrayBuffer(blob) {
    blob.arrayBuffer().then((bytes) => ((this.result = bytes), this.onload()), (error) => ((this.error = error), this.onerror()));
  }
}

for (const name of ["node.cjs", "inline.cjs"]) {
  test(`an environment that plays the browser: ${name}`, async (t) => {
    const { createMock } = loadedBy(name);
    await works({ createMock });
    const mock = createMock();
    t.after(() => mock.close());
    const client = new Client({ ...mock.account, http: mock.executor, ...PLAIN });
    await client.liveAccount.setClassCallbackUrl({ url: "http://127.0.0.1:9/" });
    assert.equal((await mock.trigger("class_event")).error, "there is no fetch here: give createMock({ post })");
    const form = ["--x", 'Content-Disposition: form-data; name="partner_id"', "", mock.account.partnerId, "--x--", ""].join("\r\n");
    const blob = new Blob([form]);
    const body = { size: blob.size, slice: (begin, end) => blob.slice(begin, end) };
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const { body: said } = await mock.executor({ method: "POST", url: "https://mock.invalid/openapi/doc/uploadDoc", headers, body });
    assert.match(said, /timestamp/);
    const { url } = await mock.listen();
    assert.equal((await fetch(`${url}/_mock/requests`)).status, 200);
  });
}

test("in a bundle for Node, with the file beside it or inside", async () => {
  const { build } = createRequire(join(import.meta.dirname, "../../npm/build.mjs"))("esbuild");
  const folder = join(import.meta.dirname, "tmp-bundles");
  mkdirSync(folder, { recursive: true });
  try {
    for (const entry of ["baijiayun-mock", "baijiayun-mock/inline"]) {
      for (const format of ["esm", "cjs"]) {
        const contents = `import { createMock } from "${entry}"; (async () => createMock().listen())().then(({ close }) => (console.log("listens"), close()), (error) => console.log(error.message));`;
        const outfile = join(folder, format === "esm" ? "bundle.mjs" : "bundle.cjs");
        const stdin = { contents, resolveDir: import.meta.dirname };
        await build({ stdin, outfile, bundle: true, platform: "node", format, logLevel: "silent" });
        const said = execFileSync(process.execPath, [outfile], { encoding: "utf8" });
        if (entry.endsWith("inline")) assert.equal(said, "listens\n");
        else assert.match(said, /baijiayun-mock\.wasm could not be loaded: .*baijiayun-mock\/inline/);
      }
    }
    // A bundler that puts the file there, as webpack does.
    copyFileSync(join(import.meta.dirname, "../dist/baijiayun-mock.wasm"), join(folder, "baijiayun-mock.wasm"));
    const stdin = { contents: 'import { createMock } from "baijiayun-mock"; createMock().listen().then(({ close }) => (console.log("listens"), close()));', resolveDir: import.meta.dirname };
    await build({ stdin, outfile: join(folder, "bundle.mjs"), bundle: true, platform: "node", format: "esm", logLevel: "silent" });
    assert.equal(execFileSync(process.execPath, [join(folder, "bundle.mjs")], { encoding: "utf8" }), "listens\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

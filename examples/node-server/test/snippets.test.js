// Every block of code in docs/npm.md and docs/npm.zh-CN.md is a file in snippets/, and every file runs. (Those of
// uploads from pages run in uploads.test.js.)
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, extname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { Client } from "baijiayun";

import { skip, startRedis } from "../../../bindings-wasm/npm/test/support/redis.mjs";
import { BJY, listen, openBrowser, serve, signed, startMock } from "./support.js";

/** @typedef {import("node:test").TestContext} TestContext */

const HERE = join(import.meta.dirname, "..");
const SNIPPETS = join(HERE, "snippets");
const PACKAGE = join(HERE, "node_modules/baijiayun/dist");
const KEY = "the key of these tests";

/** @param {string} name */
const read = (name) => readFileSync(join(SNIPPETS, name), "utf8");

/** @param {string} name */
function blocksOf(name) {
  const text = readFileSync(join(HERE, "../../docs", name), "utf8");
  return Array.from(text.matchAll(/^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm), ([, language, file, code = ""]) => {
    return { language, file, code };
  });
}

test("both guides show the same code, which is that of the snippets", () => {
  const blocks = blocksOf("npm.md");
  assert.deepEqual(blocksOf("npm.zh-CN.md"), blocks);
  const files = readdirSync(SNIPPETS).filter((name) => name !== "queue.mjs");
  assert.deepEqual(blocks.flatMap(({ file = [] }) => file).sort(), files.sort());
  for (const { file, language, code } of blocks) {
    if (file) assert.equal(code, read(file), file);
    else assert.equal(language, "sh", code);
  }
});

/**
 * What a snippet prints.
 *
 * @param {string} name
 * @param {Record<string, string>} env
 * @param {{ args?: string[], cwd?: string }} [options]
 */
async function run(name, env, { args = [], cwd } = {}) {
  const PATH = [dirname(BJY), process.env.PATH].join(delimiter);
  const options = { env: { ...process.env, PATH, ...env }, ...(cwd && { cwd }) };
  const { stdout } = await promisify(execFile)(process.execPath, [join(SNIPPETS, name), ...args], options);
  return stdout;
}

/** @param {TestContext} t */
function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "baijiayun-snippets-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("programs", async (t) => {
  const account = await startMock(t);
  /** @type {Record<string, RegExp>} */
  const printed = {
    "first-call.mjs": /^\d{14} \w{6}\n$/,
    "first-call.cjs": /^1\n$/,
    "lists.mjs": /^\d{14} 高一数学 第一课\n1 1\n1 1\n$/,
    "links.mjs": /enter\?.*&sign=[0-9a-f]{32}\n.*quickenter\?code=\w{6}/,
    "timeouts.mjs": /^the user left\n$/,
    "errors.mjs": /^no such room\n$/,
    "ids.mjs": /^(3001\n){3}(string\n)+$/,
    "times.mjs": /^\[.*\]\n2026-08-18T06:00:00.000Z\n$/,
    "details.mjs": /^2  \d{10}\n\[\]\n1 0 false\n$/,
    "by-name.mjs": /^2\nlimit=1&partner_id=\d+&timestamp=\d{10}&sign=[0-9a-f]{32}\n$/,
    "close.mjs": /^\d+\nclosed\n$/,
    "large-answers.mjs": /^\d+\n$/,
    "with-mock.mjs": /^# pass 1$/m,
    "with-mock-in-process.mjs": /^# pass 2$/m,
    "without-mock.mjs": /^# pass 1$/m,
    "with-msw.mjs": /^# pass 1$/m,
    "with-nock.mjs": /^# pass 1$/m,
    "with-undici.mjs": /^# pass 1$/m,
    "callbacks-test.mjs": /^# pass 1$/m,
    "hooks.mjs": /^room.list 1 200 true\nroom.info 1 room_not_found true\n$/,
  };
  for (const [name, output] of Object.entries(printed)) {
    // A test inside a test would run with the outer one.
    const env = { ...account, NODE_TEST_CONTEXT: "" };
    await t.test(name, async () => assert.match(await run(name, env), output));
  }
});

test("proxy.mjs, through a proxy", async (t) => {
  /** @type {string[]} */
  const connected = [];
  const proxy = createServer().on("connect", (request, socket, head) => {
    connected.push(request.url ?? "");
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => proxy.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (proxy.address());
  const account = await startMock(t);
  assert.match(await run("proxy.mjs", { ...account, HTTPS_PROXY: `http://127.0.0.1:${port}` }), /^\d+\n$/);
  assert.deepEqual(connected, [new URL(account.BAIJIAYUN_DOMAIN).host]);
});

test("the guides list every option", () => {
  let hint = "";
  try {
    new Client(/** @type {any} */ ({ nonsense: 1 }));
  } catch (error) {
    hint = /** @type {any} */ (error).hint;
  }
  const options = /** @type {string[]} */ (hint.match(/the options are ([^;]*)/)?.[1]?.split(", ")).sort();
  for (const guide of ["npm.md", "npm.zh-CN.md"]) {
    const text = readFileSync(join(HERE, "../../docs", guide), "utf8");
    const [, table = ""] = /^## (?:Options|选项)$([^]*?)^## /m.exec(text) ?? [];
    assert.deepEqual(Array.from(table.matchAll(/^\| `(\w+)`/gm), ([, name]) => name).sort(), options, guide);
  }
});

test("timeouts.mjs, when nobody answers", async (t) => {
  const nobody = await listen(t, (message) => message.socket.destroy());
  const account = { BAIJIAYUN_DOMAIN: nobody, BAIJIAYUN_PARTNER_ID: "1", BAIJIAYUN_PARTNER_KEY: KEY };
  assert.match(await run("timeouts.mjs", account), /^transport 2\nthe user left\n$/);
});

test("uploads.mjs", async (t) => {
  const path = join(folder(t), "第一课.mp4");
  writeFileSync(path, Buffer.alloc(300_000, "a"));
  assert.match(await run("uploads.mjs", await startMock(t), { args: [path] }), /^100 %\n\d+ 100\n\d+\n$/m);
  const broken = await run("uploads.mjs", await startMock(t, "--uploads-break-at", "100000"), { args: [path] });
  assert.match(broken, /^100 %\n\d+ 100\n/m, "it goes on by itself");
});

test("paths.mjs, with what bjy doctor found", async (t) => {
  const account = await startMock(t);
  const cwd = folder(t);
  const args = ["doctor", "--output", "paths.json", "--only", "playback."];
  await promisify(execFile)(BJY, args, { cwd, env: { ...process.env, ...account } });
  assert.match(await run("paths.mjs", account, { cwd }), /^0\n$/);
});

test("stores", { skip }, async (t) => {
  const [account, redis] = await Promise.all([startMock(t), startRedis(t)]);
  for (const name of ["redis-ioredis.mjs", "redis-node-redis.mjs"]) {
    await t.test(name, async () => assert.equal(await run(name, { ...account, REDIS_URL: redis.url }), "false\n"));
  }
});

test("callbacks", async (t) => {
  const account = { BAIJIAYUN_DOMAIN: "demo", BAIJIAYUN_PARTNER_ID: "12345678", BAIJIAYUN_PARTNER_KEY: KEY };
  Object.assign(process.env, account);
  const { queue } = await import("../snippets/queue.mjs");
  const { describe } = await import("../snippets/callback-kinds.mjs");
  const { app: express } = await import("../snippets/callbacks-express.mjs");
  const { app: fastify } = await import("../snippets/callbacks-fastify.mjs");
  const { app: hono } = await import("../snippets/callbacks-hono.mjs");
  const { POST } = await import("../snippets/callbacks-next.mjs");
  const { default: worker } = await import("../snippets/worker.mjs");
  const { enqueue } = await import("../snippets/queue.mjs");
  const bindings = { ...account, QUEUE: { send: enqueue } };
  await fastify.ready();

  const receivers = {
    "callbacks-express.mjs": await listen(t, express),
    "callbacks-fastify.mjs": await listen(t, fastify.routing),
    "callbacks-hono.mjs": await serve(t, hono.fetch),
    "callbacks-next.mjs": await serve(t, POST),
    "worker.mjs": await serve(t, (request) => worker.fetch(request, bindings)),
  };
  for (const [name, url] of Object.entries(receivers)) {
    await t.test(name, async () => {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const fields = { room_id: "26112310000000", op: "start", op_time: "2026-11-23 10:00:00", timestamp };
      const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
      const post = async (qid, key = KEY, headers = {}) => {
        const body = signed({ ...fields, qid }, key).toString();
        const response = await fetch(`${url}/callbacks`, { method: "POST", body, headers });
        assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
        return [response.status, (await response.json()).code, queue.items.splice(0).map(describe)];
      };
      assert.deepEqual(await post(first, "another key"), [401, 1, []]);
      assert.deepEqual(await post(first), [200, 0, ["26112310000000: start"]]);
      assert.deepEqual(await post(first), [200, 0, []], "a repetition");
      queue.limit = 0;
      assert.deepEqual(await post(second), [200, 1, []]);
      queue.limit = Infinity;
      assert.deepEqual(await post(second), [200, 0, ["26112310000000: start"]], "one that could not be taken before");
      const odd = { "content-type": "form" };
      assert.deepEqual(await post(third, KEY, odd), [200, 0, ["26112310000000: start"]], "whatever the header says");
    });
  }
});

test("a browser without the key", async (t) => {
  const account = await startMock(t);
  process.env.BAIJIAYUN_PARTNER_KEY = account.BAIJIAYUN_PARTNER_KEY;
  const { sign } = await import("../snippets/signer-server.mjs");
  const policies = {
    "/strict": "script-src 'self'",
    "/enough": "script-src 'self' 'wasm-unsafe-eval'",
  };
  const types = { ".html": "text/html", ".wasm": "application/wasm" };
  let user = { isAdministrator: true };
  const site = await serve(t, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/sign") return sign(request, user);
    const policy = policies[/** @type {keyof typeof policies} */ (pathname)];
    if (policy) {
      return new Response("<title>empty</title>", {
        headers: { "content-type": "text/html", "content-security-policy": policy },
      });
    }
    const file = pathname.startsWith("/baijiayun/") ? join(PACKAGE, pathname.slice(11)) : join(SNIPPETS, pathname);
    const type = types[/** @type {keyof typeof types} */ (extname(file))] ?? "text/javascript";
    return new Response(readFileSync(file), { headers: { "content-type": type } });
  });

  const page = await openBrowser(t);
  // The service that the snippet names is the mock, which says that pages of other sites may call.
  await page.route("https://demo.at.baijiayun.com/**", async (route) => {
    const url = route.request().url().replace("https://demo.at.baijiayun.com", account.BAIJIAYUN_DOMAIN);
    const response = await route.fetch({ url });
    await route.fulfill({ response, headers: { ...response.headers(), "access-control-allow-origin": "*" } });
  });
  await page.goto(`${site}/page.html`);
  await page.waitForFunction(() => document.title === "0 rooms");

  user = { isAdministrator: false };
  const refused = page.waitForEvent("pageerror");
  await page.reload();
  assert.match((await refused).message, /\/sign answered 403/);

  const load = () => import(/** @type {any} */ ("/baijiayun/web.mjs")).then((module) => module.ready());
  await page.goto(`${site}/enough`);
  await page.evaluate(load);
  await page.goto(`${site}/strict`);
  await assert.rejects(page.evaluate(load), /Content Security Policy/);
});

// Pages without a bundler: `<script type="module">` on a server of files.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CALLBACK, EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { needsChromium } from "../../support/requirements.mjs";
import { openBrowser, openPage, serve } from "../../support/web.mjs";

test("plain", needsChromium, async (t) => {
  const project = await install("plain");
  const account = await startMock(t);
  const browser = await openBrowser(t);

  async function open(t, { path = "/", ...options } = {}) {
    const origin = await serve(t, project, account, options);
    return { origin, own: { ...account, domain: origin }, ...(await openPage(browser, origin + path)) };
  }

  /** What the first call of a page comes to. */
  function firstCall(page, own) {
    return page.evaluate(async (account) => {
      const { Client, MisuseError } = baijiayun;
      const error = await new Client(account).room.list().then(() => undefined, (error) => error);
      return error && { isMisuse: error instanceof MisuseError, message: error.message, hint: error.hint };
    }, own);
  }

  const exercised = (page, own) => page.evaluate((account) => exercise(baijiayun, account), own);

  await t.test("with an import map", async (t) => {
    const { page, own, seen } = await open(t);
    assert.deepEqual(await exercised(page, own), EXPECTED);
    assert.deepEqual([seen.errors, seen.warnings], [[], []]);
    assert.equal(seen.requests.filter((url) => url.endsWith(".wasm")).length, 1);
  });

  await t.test("with a relative address", async (t) => {
    const { page, own, seen } = await open(t, { path: "/relative.html" });
    assert.deepEqual(await exercised(page, own), EXPECTED);
    assert.deepEqual(seen.errors, []);
  });

  await t.test("in a worker", async (t) => {
    const { page, own } = await open(t);
    const done = page.evaluate((account) => {
      const worker = new Worker("./worker.mjs", { type: "module" });
      return new Promise((resolve, reject) => {
        Object.assign(worker, { onmessage: ({ data }) => resolve(data), onerror: reject });
        worker.postMessage(account);
      });
    }, own);
    assert.deepEqual(await done, EXPECTED);
  });

  await t.test("where the server does not know the type of WebAssembly", async (t) => {
    const { page, own, seen } = await open(t, { types: { ".wasm": "application/octet-stream" } });
    assert.deepEqual(await exercised(page, own), EXPECTED);
    assert.deepEqual(seen.errors, []);
    assert.match(seen.warnings.join(), /application\/wasm/, "the page is told");
  });

  await t.test("functions that are not awaited say that `ready` comes first, and then work", async (t) => {
    const { page, own } = await open(t);
    const found = await page.evaluate(
      async ([account, { key, body, type }]) => {
        const { Client, MisuseError, ready } = baijiayun;
        const client = new Client({ ...account, callbackKeys: [key] });
        const tries = {
          callback: () => client.callbacks.parse(body, type, { tolerance: null }).name,
          link: () => new URL(client.links.quickEnter({ code: "abc", user_name: "王" })).pathname,
        };
        const outcomes = () =>
          Object.values(tries).map((run) => {
            try {
              return run();
            } catch (error) {
              return [error instanceof MisuseError, error.message];
            }
          });
        const before = outcomes();
        await ready();
        return { before, after: outcomes() };
      },
      [own, CALLBACK],
    );
    for (const [isMisuse, message] of found.before) {
      assert.ok(isMisuse, message);
      assert.match(message, /before the WebAssembly was loaded.*await ready\(\)/);
    }
    assert.deepEqual(found.after, ["class_event", "/web/room/quickenter"]);
  });

  await t.test("calls at the same time load it once", async (t) => {
    const { page, own, seen } = await open(t);
    await page.evaluate(async (account) => {
      const clients = [1, 2, 3].map(() => new baijiayun.Client(account));
      await Promise.all([baijiayun.ready(), ...clients.map((client) => client.room.list())]);
    }, own);
    assert.equal(seen.requests.filter((url) => url.endsWith(".wasm")).length, 1);
  });

  await t.test("a server that has not got the file is named as the cause, and asked again", async (t) => {
    let isThere = false;
    const special = (request, response) => {
      if (isThere || !request.url.endsWith(".wasm")) return false;
      response.writeHead(404).end();
      return true;
    };
    const { page, own } = await open(t, { special });
    const { isMisuse, message, hint } = await firstCall(page, own);
    assert.ok(isMisuse, message);
    assert.match(message, /the WebAssembly could not be loaded: .*404/);
    assert.match(hint, /baijiayun\/inline/);
    isThere = true;
    assert.equal(await firstCall(page, own), undefined);
  });

  await t.test("so is one that answers with a page instead", async (t) => {
    const special = (request, response) => {
      if (!request.url.endsWith(".wasm")) return false;
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
      return true;
    };
    const { page, own } = await open(t, { special });
    const { isMisuse, message } = await firstCall(page, own);
    assert.ok(isMisuse, message);
    assert.match(message, /the WebAssembly could not be loaded/);
  });

  await t.test("under a policy that allows WebAssembly, and says what is wrong under one that does not", async (t) => {
    const policy = (sources) => ({ headers: { "content-security-policy": `script-src 'unsafe-inline' ${sources}` } });
    const allowed = await open(t, policy("'self' 'wasm-unsafe-eval'"));
    assert.equal(await firstCall(allowed.page, allowed.own), undefined);
    const refused = await open(t, policy("'self'"));
    const { isMisuse, message } = await firstCall(refused.page, refused.own);
    assert.ok(isMisuse, message);
    assert.match(message, /the WebAssembly could not be loaded: .*Content Security Policy/);
  });
});

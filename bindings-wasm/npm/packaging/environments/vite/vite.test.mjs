// Vite: what it builds, and its development server.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build, createServer } from "vite";

import { EXPECTED } from "../../support/exercise.mjs";
import { forward, startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { needsChromium } from "../../support/requirements.mjs";
import { openBrowser, openPage, serve } from "../../support/web.mjs";

test("vite", needsChromium, async (t) => {
  const project = await install("vite");
  const account = await startMock(t);
  const browser = await openBrowser(t);
  const options = { root: project, configFile: false, logLevel: "warn" };

  await t.test("build", async (t) => {
    await build(options);
    const wasm = readdirSync(join(project, "dist/assets")).filter((name) => name.endsWith(".wasm"));
    assert.equal(wasm.length, 1, "Vite puts the file beside what it builds");
    const origin = await serve(t, join(project, "dist"), account);
    const { page, seen } = await openPage(browser, origin);
    assert.deepEqual(seen.requests.filter((url) => url.includes(".wasm")), [], "it is loaded with the first call");
    assert.deepEqual(await page.evaluate((account) => exercised(account), { ...account, domain: origin }), EXPECTED);
    assert.deepEqual(seen.requests.filter((url) => url.includes(".wasm")), [`${origin}/assets/${wasm[0]}`]);
    assert.deepEqual(seen.errors, []);
  });

  await t.test("development server", async (t) => {
    const first = (request, response, next) => forward(account, request, response) || next();
    const api = { name: "api", configureServer: ({ middlewares }) => void middlewares.use(first) };
    const server = await createServer({ ...options, plugins: [api], server: { host: "127.0.0.1", port: 0 } });
    await server.listen();
    t.after(() => server.close());
    const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
    const { page, seen } = await openPage(browser, origin);
    assert.deepEqual(await page.evaluate((account) => exercised(account), { ...account, domain: origin }), EXPECTED);
    assert.deepEqual(seen.errors, []);
  });
});

// webpack, without any configuration for WebAssembly.
import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { bundle } from "../../support/bundle.mjs";
import { EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { needsChromium } from "../../support/requirements.mjs";
import { openBrowser, openPage, serve } from "../../support/web.mjs";

test("webpack", needsChromium, async (t) => {
  const project = await install("webpack");
  const account = await startMock(t);
  const browser = await openBrowser(t);

  for (const [way, entry, mode] of [
    ["import, for production", "./module.mjs", "production"],
    ["import, for development", "./module.mjs", "development"],
    ["require", "./commonjs.cjs", "production"],
  ]) {
    await t.test(way, async (t) => {
      const path = join(project, way);
      // It advises to make large files smaller; the WebAssembly is one.
      await bundle({ context: project, entry, mode, performance: false, output: { path, filename: "main.js" } });
      copyFileSync(join(project, "index.html"), join(path, "index.html"));
      const wasm = readdirSync(path).filter((name) => name.endsWith(".wasm"));
      assert.equal(wasm.length, 1, "webpack puts the file beside what it builds");

      const origin = await serve(t, path, account);
      const { page, seen } = await openPage(browser, origin);
      assert.deepEqual(seen.requests.filter((url) => url.includes(".wasm")), [], "it is loaded with the first call");
      assert.deepEqual(await page.evaluate((account) => exercised(account), { ...account, domain: origin }), EXPECTED);
      assert.deepEqual(seen.requests.filter((url) => url.includes(".wasm")), [`${origin}/${wasm[0]}`]);
      assert.deepEqual(seen.errors, []);
    });
  }
});

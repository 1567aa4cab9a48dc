// The inline entry in a browser: one classic script and nothing else, as a widget or an extension has it.
import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

import { EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { needsChromium } from "../../support/requirements.mjs";
import { openBrowser, openPage, serve } from "../../support/web.mjs";

test("inline", needsChromium, async (t) => {
  const project = await install("inline");
  const account = await startMock(t);
  const browser = await openBrowser(t);

  const folder = join(project, "out");
  const script = { entryPoints: ["main.mjs"], outfile: join(folder, "main.js"), bundle: true, minify: true };
  await build({ ...script, absWorkingDir: project, format: "iife", platform: "browser", logLevel: "silent" });
  copyFileSync(join(project, "index.html"), join(folder, "index.html"));
  assert.deepEqual(readdirSync(folder).sort(), ["index.html", "main.js"]);

  const origin = await serve(t, folder, account);
  const { page, seen } = await openPage(browser, origin);
  assert.deepEqual(await page.evaluate((account) => exercised(account), { ...account, domain: origin }), EXPECTED);
  assert.deepEqual([seen.errors, seen.warnings], [[], []]);
});

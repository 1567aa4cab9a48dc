// Edge workers: workerd, the runtime of Cloudflare Workers. It compiles WebAssembly only when a worker is deployed, and
// refuses random values and requests outside of a request.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";
import { Miniflare } from "miniflare";

import { CALLBACK, EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { needsWorkerd } from "../../support/requirements.mjs";

test("workerd", needsWorkerd, async (t) => {
  const project = await install("workerd");
  const account = await startMock(t);

  for (const [environment, conditions, suffix] of [
    ["workerd", ["workerd", "worker", "browser"], ""],
    // To the package the Edge Runtime of Vercel differs in how a module of WebAssembly is named.
    ["edge-light", ["edge-light"], "?module"],
  ]) {
    await t.test(environment, async (t) => {
      const folder = join(project, environment);
      await build({
        absWorkingDir: project,
        entryPoints: ["worker.mjs"],
        outfile: join(folder, "worker.mjs"),
        bundle: true,
        format: "esm",
        platform: "neutral",
        conditions,
        // The file is put beside the bundle, which goes on importing it.
        loader: { ".wasm": "copy" },
        external: ["cloudflare:workers"],
        logLevel: "silent",
      });
      const files = readdirSync(folder).sort();
      assert.deepEqual(files.map((name) => name.replace(/-\w{8}\./, ".")), ["baijiayun.wasm", "worker.mjs"]);
      const [wasm] = files;
      const worker = new Miniflare({
        host: "127.0.0.1",
        port: 0,
        compatibilityDate: "2026-04-01",
        bindings: { ACCOUNT: { ...account, callbackKeys: [CALLBACK.key] } },
        modules: [
          { type: "ESModule", path: "worker.mjs", contents: readFileSync(join(folder, "worker.mjs"), "utf8") },
          { type: "CompiledWasm", path: wasm + suffix, contents: readFileSync(join(folder, wasm)) },
        ],
      });
      t.after(() => worker.dispose());
      const origin = await worker.ready;
      const ask = async (path, init) => (await fetch(new URL(path, origin), init)).json();

      await t.test("nothing happens before the first use", async () => {
        const { atRest, inUse } = await ask("/at-rest");
        assert.deepEqual(atRest, []);
        for (const used of ["new WebAssembly.Instance()", "fetch()", "Math.random()"]) {
          assert.ok(inUse.includes(used), `${used} is not among ${inUse}`);
        }
      });

      await t.test("calls", async () => assert.deepEqual(await ask("/exercise"), EXPECTED));

      await t.test("one client for requests at the same time", async () => {
        const ids = await Promise.all(Array.from({ length: 10 }, () => ask("/create")));
        assert.equal(new Set(ids).size, 10);
      });

      await t.test("callbacks", async () => {
        const post = (body) => ({ method: "POST", body, headers: { "content-type": CALLBACK.type } });
        assert.deepEqual(await ask("/callback", post(CALLBACK.body)), { code: 0, msg: "" });
        const forged = await fetch(new URL("/callback", origin), post(CALLBACK.body.replace("start", "end")));
        assert.equal(forged.status, 401);
      });
    });
  }
});

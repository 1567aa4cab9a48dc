// `baijiayun/upload` wherever it may be: Node, bundlers, plain pages, their workers, edge workers. The upload host is of
// another origin than the pages.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build as esbuild } from "esbuild";
import { Miniflare } from "miniflare";
import { build as vite } from "vite";

import { bundle } from "../../support/bundle.mjs";
import { install, runNode } from "../../support/project.mjs";
import { needsChromium, needsWorkerd } from "../../support/requirements.mjs";
import { startUploadServer } from "../../support/upload-server.mjs";
import { openBrowser, openPage, serve } from "../../support/web.mjs";
import { STORED, UPLOADED } from "./project/exercise-upload.mjs";

test("upload", async (t) => {
  const project = await install("upload");

  /** Has a program upload to a host of its own, and looks at what arrived. */
  async function uploads(t, run, { breaks } = {}) {
    const host = await startUploadServer(t, { allowOrigin: "*", breaks });
    assert.deepEqual(await run(host.origin), UPLOADED);
    const stored = [...host.videos.values()].map(({ bytes }) => bytes);
    assert.deepEqual(stored.map((bytes) => bytes.length), STORED);
    assert.ok(stored[0].every((byte) => byte === 7));
    return host;
  }

  await t.test("import", (t) => uploads(t, (host) => runNode(join(project, "module.mjs"), host)));
  await t.test("require", (t) => uploads(t, (host) => runNode(join(project, "commonjs.cjs"), host)));
  await t.test("errors of any entry are instances of the classes of all", async () => {
    assert.deepEqual(await runNode(join(project, "instances.mjs"), null), { failed: [], names: [] });
  });

  await t.test("pages", needsChromium, async (t) => {
    const browser = await openBrowser(t);
    // No WebAssembly, and nothing but its own scripts.
    const headers = { "content-security-policy": "script-src 'self'; worker-src 'self'" };

    /** The page of a folder; `exercised` uploads from it. */
    async function open(t, folder, path = "/") {
      const origin = await serve(t, folder, { domain: "" }, { headers });
      const { page, seen } = await openPage(browser, origin + path);
      const exercised = (host) => page.evaluate((host) => window.exercised(host), host);
      return { page, seen, exercised };
    }

    await t.test("plain", async (t) => {
      const { seen, exercised } = await open(t, project, "/plain.html");
      const { preflights } = await uploads(t, exercised);
      assert.equal(preflights[0], "content-range,content-type", "what the upload host has to allow");
      assert.deepEqual([seen.errors, seen.warnings], [[], []]);
      const files = seen.requests.filter((url) => url.includes("/node_modules/"));
      assert.deepEqual(files.map((url) => url.split("/").pop()), ["upload.mjs"], "it is one file");
    });

    await t.test("plain, over connections that break", async (t) => {
      const { exercised } = await open(t, project, "/plain.html");
      const host = await startUploadServer(t, { allowOrigin: "*", breaks: [{}, { at: 10 }, { lose: true }] });
      const { told, ...others } = await exercised(host.origin);
      assert.deepEqual({ told: UPLOADED.told, ...others }, UPLOADED);
      const grew = told.filter(([, size]) => size === STORED[0]).map(([uploaded]) => uploaded);
      assert.deepEqual(grew, [...new Set(grew)].sort((a, b) => a - b), "it only grows");
      const [{ bytes, posts }] = host.videos.values();
      assert.ok(bytes.length === STORED[0] && bytes.every((byte) => byte === 7));
      assert.ok(posts.length > 3, "it broke");
    });

    await t.test("in a worker", async (t) => {
      const { page } = await open(t, project, "/plain.html");
      const inWorker = (host) =>
        page.evaluate((host) => {
          const worker = new Worker("./plain.mjs", { type: "module" });
          return new Promise((resolve, reject) => {
            Object.assign(worker, { onmessage: ({ data }) => resolve(data), onerror: reject });
            worker.postMessage(host);
          });
        }, host);
      await uploads(t, inWorker);
    });

    await t.test("a host that does not allow it is an error that says so as well as can be", async (t) => {
      const { page } = await open(t, project, "/plain.html");
      const host = await startUploadServer(t);
      const upload_url = host.getUploadUrl(10).upload_url;
      const found = await page.evaluate(async (upload_url) => {
        const { TransportError, uploadVideo } = window.upload;
        const options = { getUploadUrl: () => ({ video_id: 1, upload_url }), getResumeUploadUrl: () => ({}) };
        const more = { chunkSize: 5, resumes: 0 };
        const error = await uploadVideo(new Blob(["0123456789"]), { ...options, ...more }).catch((error) => error);
        return [error instanceof TransportError, error.videoId, error.message.includes(upload_url)];
      }, upload_url);
      assert.deepEqual(found, [true, "1", false]);
    });

    await t.test("vite", async (t) => {
      await vite({ root: project, configFile: false, logLevel: "warn" });
      const files = readdirSync(join(project, "dist"), { recursive: true });
      assert.deepEqual(files.filter((name) => name.endsWith(".wasm")), []);
      const { seen, exercised } = await open(t, join(project, "dist"));
      await uploads(t, exercised);
      assert.deepEqual(seen.errors, []);
    });

    for (const entry of ["./page.mjs", "./page.cjs"]) {
      await t.test(`webpack, ${entry}`, async (t) => {
        const path = join(project, `webpack${entry.slice(-3)}`);
        await bundle({ context: project, entry, output: { path, filename: "main.js" } });
        assert.deepEqual(readdirSync(path), ["main.js"]);
        copyFileSync(join(project, "bundled.html"), join(path, "index.html"));
        const { seen, exercised } = await open(t, path);
        await uploads(t, exercised);
        assert.deepEqual(seen.errors, []);
      });
    }
  });

  await t.test("workerd", needsWorkerd, async (t) => {
    const outfile = join(project, "workerd.mjs");
    await esbuild({
      absWorkingDir: project,
      entryPoints: ["worker.mjs"],
      outfile,
      bundle: true,
      format: "esm",
      platform: "neutral",
      conditions: ["workerd", "worker", "browser"],
      logLevel: "silent",
    });
    const worker = new Miniflare({
      host: "127.0.0.1",
      port: 0,
      compatibilityDate: "2026-04-01",
      modules: [{ type: "ESModule", path: "worker.mjs", contents: readFileSync(outfile, "utf8") }],
    });
    t.after(() => worker.dispose());
    const origin = await worker.ready;
    let atRest;
    await uploads(t, async (host) => {
      const answer = await (await fetch(new URL(`/?host=${encodeURIComponent(host)}`, origin))).json();
      ({ atRest } = answer);
      return answer.report;
    });
    assert.deepEqual(atRest, [], "nothing happens before the first use");
  });
});

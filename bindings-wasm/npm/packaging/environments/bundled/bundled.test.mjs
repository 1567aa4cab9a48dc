// Servers that bundlers make and that leave the .wasm file behind, as Next.js and Vercel do: the inline entry works
// there, the ordinary one says what is wrong.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

import { bundle } from "../../support/bundle.mjs";
import { EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install, runNode } from "../../support/project.mjs";

test("bundled", async (t) => {
  const project = await install("bundled");
  const account = await startMock(t);

  /** Runs a bundle in an empty folder. */
  async function run(file) {
    const folder = join(process.env.PACKAGING_WORK, "projects", "bundled-alone");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    cpSync(join(project, "out", file), join(folder, file));
    assert.deepEqual(readdirSync(folder), [file]);
    return runNode(join(folder, file), account);
  }

  const esbuild = (entry, format, file) =>
    build({
      absWorkingDir: project,
      entryPoints: [entry],
      outfile: join("out", file),
      bundle: true,
      minify: true,
      platform: "node",
      format,
      logLevel: "silent",
    });

  const webpack = (entry, file) =>
    bundle({
      context: project,
      entry: `./${entry}`,
      target: "node20",
      output: { path: join(project, "out"), filename: file },
      optimization: { minimize: false },
      // One file, also where a program has `import()`.
      module: { parser: { javascript: { dynamicImportMode: "eager" } } },
    });

  await t.test("esbuild to a module, inline entry", async () => {
    await esbuild("inline.mjs", "esm", "esbuild.mjs");
    assert.deepEqual(await run("esbuild.mjs"), EXPECTED);
  });

  await t.test("esbuild to CommonJS, inline entry", async () => {
    await esbuild("inline.cjs", "cjs", "esbuild.cjs");
    assert.deepEqual(await run("esbuild.cjs"), EXPECTED);
  });

  await t.test("webpack from a module, inline entry", async () => {
    await webpack("inline.mjs", "webpack-module.cjs");
    assert.deepEqual(await run("webpack-module.cjs"), EXPECTED);
  });

  await t.test("webpack from CommonJS, inline entry", async () => {
    await webpack("inline.cjs", "webpack-commonjs.cjs");
    assert.deepEqual(await run("webpack-commonjs.cjs"), EXPECTED);
  });

  await t.test("the ordinary entry says what is wrong", async () => {
    await esbuild("ordinary.mjs", "cjs", "esbuild-ordinary.cjs");
    await webpack("ordinary.mjs", "webpack-ordinary.cjs");
    for (const file of ["esbuild-ordinary.cjs", "webpack-ordinary.cjs"]) {
      const { isMisuse, message, hint } = await run(file);
      assert.ok(isMisuse, message);
      assert.match(message, /the WebAssembly could not be loaded: .*baijiayun\.wasm/);
      assert.match(hint, /baijiayun\/inline/);
    }
  });
});

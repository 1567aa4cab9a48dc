// What is in the packed package, and what others say about its package.json. `npm run budget` weighs it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { output } from "../../support/child.mjs";

const { PACKAGING_TARBALL: tarball, PACKAGING_WORK: work } = process.env;
const suite = join(import.meta.dirname, "../..");

test("tarball", async (t) => {
  const unpacked = join(work, "unpacked");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  await output("tar", ["-xzf", tarball, "-C", unpacked]);
  const files = readdirSync(join(unpacked, "package"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

  await t.test("nothing that is not for users", () => {
    const known = /^(dist\/.*\.(mjs|cjs|wasm|d\.m?ts)|package\.json|README(\..*)?\.md|LICENSE-(MIT|APACHE))$/;
    const names = files.map((file) => file.slice(join(unpacked, "package/").length));
    assert.deepEqual(names.filter((name) => !known.test(name)), []);
  });

  await t.test("no scripts that run when it is installed, and no dependencies", () => {
    const { scripts = {}, ...manifest } = JSON.parse(readFileSync(join(unpacked, "package/package.json"), "utf8"));
    for (const script of ["preinstall", "install", "postinstall", "prepare"]) assert.ok(!(script in scripts), script);
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      assert.deepEqual(Object.keys(manifest[kind] ?? {}), []);
    }
  });

  await t.test("publint", async () => {
    await output(process.execPath, [join(suite, "node_modules/publint/src/cli.js"), "run", tarball, "--strict"]);
  });

  await t.test("are the types wrong?", async () => {
    const attw = join(suite, "node_modules/@arethetypeswrong/cli/dist/index.js");
    // moduleResolution "node10" knows no `exports`, so no subpaths; the file of the WebAssembly has no types.
    const asked = ["--profile", "node16", "--exclude-entrypoints", "./baijiayun.wasm", "--format", "ascii"];
    await output(process.execPath, [attw, tarball, ...asked]);
  });
});

// Puts the suite, the tools it needs and the packed package into the workspace's target folder. Everything happens
// there: nothing that an environment finds comes from the repository.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { npm } from "./child.mjs";

const packaging = dirname(import.meta.dirname);
const source = dirname(packaging);
const workspace = join(source, "../..");

export async function prepare() {
  if (!existsSync(join(source, "dist"))) throw new Error("there is no dist: `npm run build` first");
  const target = process.env.CARGO_TARGET_DIR ?? join(workspace, "target");
  const work = join(target, "npm-packaging");
  const suite = join(work, "suite");
  copySuite(suite);
  const [tarball] = await Promise.all([pack(work), installTools(suite)]);
  process.env.PACKAGING_WORK = work;
  process.env.PACKAGING_TARBALL = tarball;
  process.env.BJY ??= join(target, "debug/bjy");
  return { suite, work };
}

function copySuite(suite) {
  mkdirSync(suite, { recursive: true });
  for (const part of ["environments", "support"]) rmSync(join(suite, part), { recursive: true, force: true });
  cpSync(packaging, suite, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  cpSync(join(source, "test/support/upload-server.mjs"), join(suite, "support/upload-server.mjs"));
}

/** `npm ci` takes long: it is left out while the lock is the one that was installed. */
async function installTools(suite) {
  const lock = readFileSync(join(suite, "package-lock.json"), "utf8");
  const installed = join(suite, "node_modules/.installed");
  if (existsSync(installed) && readFileSync(installed, "utf8") === lock) return;
  await npm(suite, "ci", "--ignore-scripts", "--prefer-offline");
  writeFileSync(installed, lock);
}

async function pack(work) {
  const folder = join(work, "packed");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [{ filename }] = JSON.parse(await npm(source, "pack", "--json", "--pack-destination", folder));
  return join(folder, filename);
}

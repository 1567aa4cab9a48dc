// A small project of its own for each environment, with the packed package installed as a user does it.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { npm, output } from "./child.mjs";

const suite = dirname(import.meta.dirname);

/** Makes the project of an environment: its files, the program that all environments run, and the package. */
export async function install(name, { type = "module" } = {}) {
  const project = join(process.env.PACKAGING_WORK, "projects", name);
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  cpSync(join(suite, "environments", name, "project"), project, { recursive: true });
  for (const shared of ["exercise.mjs", "watch.mjs"]) cpSync(join(suite, "support", shared), join(project, shared));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: `${name}-project`, private: true, type }));
  await npm(project, "install", process.env.PACKAGING_TARBALL, "--offline", "--no-package-lock");
  return project;
}

/** Runs a program in Node and returns the JSON that it printed. It is given the account in its environment. */
export function runNode(file, account, ...args) {
  return run(process.execPath, [file, ...args], account, dirname(file));
}

/** The same in another runtime. */
export async function run(program, args, account, cwd) {
  const env = { ...process.env, ACCOUNT: JSON.stringify(account) };
  // The test runner's own, which would have a child print for it.
  delete env.NODE_TEST_CONTEXT;
  return JSON.parse(await output(program, args, { cwd, env }));
}

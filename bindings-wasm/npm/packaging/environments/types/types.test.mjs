// TypeScript programs that use the package, checked with the latest TypeScript and the oldest that is supported.
// Their `@ts-expect-error` lines are errors if what follows them compiles.
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { output } from "../../support/child.mjs";
import { install } from "../../support/project.mjs";

const suite = join(import.meta.dirname, "../..");

test("types", async (t) => {
  const project = await install("types");
  for (const program of ["surface", "node", "inline", "upload"]) {
    for (const kind of ["mts", "cts"]) cpSync(join(project, `${program}.ts`), join(project, `${program}.${kind}`));
  }
  for (const [version, folder] of [["latest", "typescript"], ["oldest", "typescript-old"]]) {
    const tsc = join(suite, "node_modules", folder, "bin/tsc");
    for (const config of readdirSync(project).filter((name) => /^tsconfig\..*\.json$/.test(name))) {
      // TypeScript 7 knows "node10" no longer.
      if (config.includes("node10") && version === "latest") continue;
      await t.test(`${config.split(".")[1]}, ${version} TypeScript`, async () => {
        const typeRoots = join(suite, "node_modules/@types");
        await output(process.execPath, [tsc, "--noEmit", "-p", config, "--typeRoots", typeRoots], { cwd: project });
      });
    }
  }
});

// Builds dist/explorer.mjs and explorer.wasm, which the site's explorer loads: the two npm packages and the explainer over one
// WebAssembly file. It takes the tools of ../npm (npm ci there). With `--js` the WebAssembly of the last build is taken.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { buildSmallWasm, writeGlue } from "../npm/wasm-build.mjs";

const here = import.meta.dirname;
const wasm = join(here, "wasm");
const dist = join(here, "dist");
const npm = join(here, "../npm");
const { build } = createRequire(join(npm, "build.mjs"))("esbuild");
const { version } = JSON.parse(readFileSync(join(npm, "package.json"), "utf8"));

/** What the packages import of their own files, and of the one here. */
const GLUES = { "../wasm/glue.js": join(wasm, "glue.js"), "../wasm/baijiayun-mock.js": join(here, "src/mock-glue.ts") };
const oneFile = {
  name: "one-file",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.\/wasm\// }, ({ path }) => (GLUES[path] ? { path: GLUES[path] } : undefined)),
};

/** There if the WebAssembly is larger than it could be. */
const larger = join(wasm, "larger");
if (!process.argv.includes("--js")) {
  rmSync(larger, { force: true });
  if (!buildSmallWasm("baijiayun-explorer-wasm", wasm, "explorer")) writeFileSync(larger, "");
}
writeGlue(wasm, "explorer");
const types = 'import type glue from "../wasm/glue.js";\nexport declare function loadCheck(): Promise<ReturnType<typeof glue>["check"]>;\n';
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
copyFileSync(join(wasm, "explorer.wasm"), join(dist, "explorer.wasm"));
writeFileSync(join(dist, "explorer.d.mts"), types);
await build({
  absWorkingDir: here,
  entryPoints: ["src/explorer.ts"],
  outdir: dist,
  outExtension: { ".js": ".mjs" },
  plugins: [oneFile],
  bundle: true,
  format: "esm",
  platform: "neutral",
  define: { VERSION: JSON.stringify(version) },
  target: "es2022",
  charset: "utf8",
  logLevel: "warning",
});

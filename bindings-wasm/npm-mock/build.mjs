// Builds dist/ from the crate ../mock and src/: `npm run build`. It needs Rust and the node_modules of ../npm, whose tools it
// uses. With `--js` the WebAssembly of the last build is taken.
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { buildWasm, run } from "../npm/wasm-build.mjs";

const here = import.meta.dirname;
const workspace = join(here, "../..");
const tools = createRequire(join(here, "../npm/build.mjs"));
const { build } = tools("esbuild");
const wasm = join(here, "wasm");
const dist = join(here, "dist");

/** What test environments that play the browser hide of Node; some load one of these modules, some the other. */
const SHIMS = "../npm/src/entries/shims.ts";

const JS = {
  absWorkingDir: here,
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  charset: "utf8",
  target: "es2022",
  logLevel: "warning",
};

/** ES modules for browsers and bundlers, which put the WebAssembly beside what they make; or with it in the module. */
async function buildModules() {
  await build({
    ...JS,
    entryPoints: ["src/entries/web.ts", "src/entries/node-bundled.ts", "src/entries/inline.ts"],
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    // Pages fetch it.
    minifyIdentifiers: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*"],
  });
}

/** CommonJS: for Node, and for what plays a browser in it (jsdom of Jest), which may find no file beside it. */
async function buildCommonJs() {
  const common = { ...JS, outdir: dist, outExtension: { ".js": ".cjs" }, format: "cjs", inject: [SHIMS] };
  await build({ ...common, entryPoints: ["src/entries/node.ts"], platform: "node" });
  await build({ ...common, entryPoints: ["src/entries/inline.ts"], platform: "neutral" });
  const text = [
    'import { createRequire } from "node:module";',
    'const cjs = createRequire(import.meta.url)("./node.cjs");',
    "export const { createMock } = cjs;\n",
  ];
  writeFileSync(join(dist, "node.mjs"), text.join("\n"));
}

function buildTypes() {
  run(process.execPath, [join(here, "../npm/node_modules/typescript/bin/tsc"), "-p", join(here, "tsconfig.types.json")]);
  // Beside them stand those of the modules of ../npm that are used within.
  const all = join(dist, "all-types");
  renameSync(join(dist, "types"), all);
  renameSync(join(all, "npm-mock/src"), join(dist, "types"));
  rmSync(all, { recursive: true });
  for (const extension of ["d.ts", "d.mts"]) {
    writeFileSync(join(dist, `index.${extension}`), 'export * from "./types/index.js";\n');
  }
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
if (!process.argv.includes("--js")) buildWasm("baijiayun-mock-wasm", wasm, "baijiayun-mock");
copyFileSync(join(wasm, "baijiayun-mock.wasm"), join(dist, "baijiayun-mock.wasm"));
await Promise.all([buildModules(), buildCommonJs()]);
buildTypes();
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(workspace, licence), join(here, licence));

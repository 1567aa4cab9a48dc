// Builds dist/ from the crate and src/: `npm run build`. It needs Rust and this folder's node_modules.
// With `--js` the WebAssembly of the last build is taken.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { buildWasm, run, writeGlue } from "./wasm-build.mjs";

const here = import.meta.dirname;
const workspace = join(here, "../..");
/** What the tools make of the crate, for src/wasm.ts. */
const wasm = join(here, "wasm");
const optimised = join(wasm, "baijiayun.wasm");
const dist = join(here, "dist");

const MODULES = ["web", "workerd", "edge-light", "inline", "node-bundled", "inline-node-bundled"];
const NODE = ["node", "inline-node"];

/** What test environments that play the browser hide of Node; some load one of these modules, some the other. */
const SHIMS = "src/entries/shims.ts";

const JS = {
  absWorkingDir: here,
  bundle: true,
  // Without comments, which the types have, but in lines: Node shows the one that threw.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  charset: "utf8",
  // That of the reader of TOML.
  legalComments: "inline",
  define: { VERSION: JSON.stringify(JSON.parse(readFileSync(join(here, "package.json"), "utf8")).version) },
  target: "es2022",
  logLevel: "warning",
};

/**
 * ES modules: an entry per environment, and what they share. Bundlers must keep the entries even where only what they
 * share is used, and `sideEffects` in package.json tells the two apart by their folders.
 */
async function buildModules() {
  await build({
    ...JS,
    entryPoints: MODULES.map((name) => `src/entries/${name}.ts`),
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    format: "esm",
    platform: "neutral",
    splitting: true,
    chunkNames: "shared/[hash]",
    external: ["*.wasm", "*.wasm?module", "node:*"],
  });
}

/**
 * For Node one CommonJS module that `import` gets as well, through a module that names what it exports: so the classes
 * are the same whichever way they are had. In a bundle everything gets the ES module, which some bundlers need.
 */
async function buildNode() {
  await build({
    ...JS,
    entryPoints: NODE.map((name) => `src/entries/${name}.ts`),
    outdir: dist,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    platform: "node",
    target: "node20",
    external: ["./node.cjs", "./toml.cjs", "./packed.cjs"],
    inject: [SHIMS],
  });
  await build({ ...JS, entryPoints: ["src/toml.ts"], outfile: join(dist, "toml.cjs"), format: "cjs", platform: "node" });
  const { createRequire } = await import("node:module");
  const names = Object.keys(createRequire(import.meta.url)(join(dist, "node.cjs"))).sort();
  for (const name of NODE) {
    const text = [
      // `import` would have Node look for names in all of the text, which takes three times as long as to load it.
      'import { createRequire } from "node:module";',
      `const cjs = createRequire(import.meta.url)("./${name}.cjs");`,
      `export const { ${names.join(", ")} } = cjs;\n`,
    ];
    writeFileSync(join(dist, `${name}.mjs`), text.join("\n"));
  }
}

/**
 * For the few that `require` where nothing says that it is Node: above all test environments that play the browser (jsdom
 * of Jest). It has the WebAssembly in a module, as the inline entry of Node has: a CommonJS module has no address to
 * find a file by.
 */
async function buildWebCommonJs() {
  const entryPoints = ["src/entries/web-cjs.ts"];
  const external = ["./packed.cjs"];
  await build({ ...JS, entryPoints, inject: [SHIMS], external, outfile: join(dist, "web.cjs"), format: "cjs", platform: "neutral" });
  const inlined = readFileSync(join(wasm, "inline.js"), "utf8").replace("export default", "module.exports =");
  writeFileSync(join(dist, "packed.cjs"), inlined);
}

/** What uploads where there is no key: a file of its own for each kind of module, as small as can be. */
async function buildUpload() {
  const outfile = join(dist, "upload.mjs");
  const entryPoints = ["src/upload/index.ts"];
  await build({ ...JS, entryPoints, outfile, format: "esm", platform: "neutral", minifyIdentifiers: true, lineLimit: 2000 });
  // What esbuild adds to a CommonJS module is a twelfth of this one.
  const cjs = readFileSync(outfile, "utf8").replace(/export\s*\{([^}]*)\};?\s*$/, (_, names) => {
    return `module.exports={${names.replaceAll(/(\w+) as (\w+)/g, "$2:$1")}};\n`;
  });
  writeFileSync(join(dist, "upload.cjs"), `"use strict";${cjs}`);
}

function buildTypes() {
  run(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-p", join(here, "tsconfig.types.json")]);
  for (const [name, types] of Object.entries({ index: "index", upload: "upload/index" })) {
    for (const extension of ["d.ts", "d.mts"]) {
      writeFileSync(join(dist, `${name}.${extension}`), `export * from "./types/${types}.js";\n`);
    }
  }
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
if (!process.argv.includes("--js")) buildWasm("baijiayun-wasm", wasm, "baijiayun");
writeGlue(wasm, "baijiayun");
copyFileSync(optimised, join(dist, "baijiayun.wasm"));
await Promise.all([buildModules(), buildNode(), buildWebCommonJs(), buildUpload()]);
buildTypes();
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(workspace, licence), join(here, licence));

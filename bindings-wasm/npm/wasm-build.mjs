// From a crate to its WebAssembly file, for both packages.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const here = import.meta.dirname;
const workspace = join(here, "../..");
const target = process.env.CARGO_TARGET_DIR ?? join(workspace, "target");

/** Features are switched on one by one: with all of them wasm-opt makes files that Node 20 refuses. */
const WASM_OPT = [
  "--converge",
  // What is called from one place only is mostly for rare cases: within hot functions it is compiled with them.
  "--one-caller-inline-max-function-size=60",
  "--enable-bulk-memory",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-multivalue",
  "--enable-reference-types",
  "--strip-debug",
  "--strip-producers",
];

export function run(tool, args, options) {
  execFileSync(tool, args, { cwd: workspace, stdio: ["ignore", "inherit", "inherit"], ...options });
}

function says(tool, args) {
  try {
    return execFileSync(tool, args, { cwd: workspace, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

/**
 * Builds a crate. In the folder there are then NAME.wasm, its glue NAME.js, and inline.js with the file as a text. `level` is what
 * wasm-opt is to do: to make it fast, or small.
 */
export function buildWasm(crate, folder, name, level = "-O3") {
  if (!says("rustup", ["target", "list", "--installed"]).includes("wasm32-unknown-unknown")) {
    run("rustup", ["target", "add", "wasm32-unknown-unknown"]);
  }
  run("cargo", ["build", "-q", "-p", crate, "--profile", "wasm", "--target", "wasm32-unknown-unknown"]);
  const built = join(target, `wasm32-unknown-unknown/wasm/${crate.replaceAll("-", "_")}.wasm`);
  run("cargo", ["run", "-q", "-p", "baijiayun-wasm-bindgen", "--", built, folder, name]);
  const optimised = join(folder, `${name}.wasm`);
  const optimise = [join(here, "node_modules/binaryen/bin/wasm-opt"), level, ...WASM_OPT];
  run(process.execPath, [...optimise, "-o", optimised, join(folder, `${name}_bg.wasm`)]);
  const inlined = gzipSync(readFileSync(optimised), { level: 9 }).toString("base64");
  writeFileSync(join(folder, "inline.js"), `export default "${inlined}";\n`);
  writeFileSync(join(folder, "inline.d.ts"), "declare const inlined: string;\nexport default inlined;\n");
}

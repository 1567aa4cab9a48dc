// From a crate to its WebAssembly file, for the packages and the site.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
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
 * Builds a crate. In the folder there are then NAME.wasm, its glue NAME.js, and inline.js with the file as a text.
 */
export function buildWasm(crate, folder, name) {
  build(crate, folder, name, "-O3");
  const inlined = gzipSync(readFileSync(join(folder, `${name}.wasm`)), { level: 9 }).toString("base64");
  writeFileSync(join(folder, "inline.js"), `export default "${inlined}";\n`);
  writeFileSync(join(folder, "inline.d.ts"), "declare const inlined: string;\nexport default inlined;\n");
}

/**
 * The same for a file that is to be small and may be slow: nothing is inlined for speed, and Rust's own library is built with it, for
 * size, and without the words of panics, which no page would show (docs/decisions/0047). Returns whether that library could be built:
 * it takes the component rust-src, crates of its own and options that a later Rust may refuse.
 */
export function buildSmallWasm(crate, folder, name) {
  if (!hasSource()) says("rustup", ["component", "add", "rust-src"]);
  const std = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
  try {
    build(crate, folder, name, "-Oz", std, { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "-Zunstable-options -Cpanic=immediate-abort" });
    return true;
  } catch (error) {
    console.warn(`${error.message}\nRust's own library could not be built: ${name}.wasm is larger than it could be`);
    build(crate, folder, name, "-Oz");
    return false;
  }
}

function hasSource() {
  return existsSync(join(says("rustc", ["--print", "sysroot"]).trim(), "lib/rustlib/src/rust/library/std"));
}

/** The glue knows one instance of the module, for good. As a function it can be had for as many as are wanted: glue.js. */
export function writeGlue(folder, name) {
  const names = [];
  const glue = readFileSync(join(folder, `${name}.js`), "utf8")
    .replace(/^export (?:class|function) (\w+)/gm, (declared, name) => (names.push(name), declared.slice("export ".length)))
    .replace(/^export \{ (.*) \};$/m, (_, exported) => {
      names.push(...exported.split(", ").map((name) => name.replace(/(\w+) as (\w+)/, "$2: $1")));
      return "";
    });
  writeFileSync(join(folder, "glue.js"), `export default function () {\n${glue}\nreturn { ${names.join(", ")} };\n}\n`);
  writeFileSync(join(folder, "glue.d.ts"), `export default function (): typeof import("./${name}.js");\n`);
}

/** What the files would name for panics, and is nobody's business: this machine's folders, and perhaps a registry's host. */
function places() {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry/src");
  const registries = existsSync(sources) ? readdirSync(sources) : [];
  const rust = says("rustc", ["--print", "sysroot"]).trim();
  return [...registries.map((registry) => join(sources, registry)), join(rust, "lib/rustlib/src/rust"), rust];
}

function build(crate, folder, name, level, options = [], variables = {}) {
  if (!says("rustup", ["target", "list", "--installed"]).includes("wasm32-unknown-unknown")) {
    run("rustup", ["target", "add", "wasm32-unknown-unknown"]);
  }
  // Of two that fit, the last is taken.
  const hidden = places().reverse();
  const flags = hidden.map((place) => `--remap-path-prefix=${place}/=`);
  // Beside those of .cargo/config.toml.
  const config = ["--config", `target.wasm32-unknown-unknown.rustflags=${JSON.stringify(flags)}`];
  run("cargo", ["build", "-q", "-p", crate, "--profile", "wasm", "--target", "wasm32-unknown-unknown", ...config, ...options], {
    // The caller's own flags would stand in place of ours.
    env: { ...process.env, RUSTFLAGS: undefined, ...variables },
  });
  const built = join(target, `wasm32-unknown-unknown/wasm/${crate.replaceAll("-", "_")}.wasm`);
  run("cargo", ["run", "-q", "-p", "baijiayun-wasm-bindgen", "--", built, folder, name]);
  const optimised = join(folder, `${name}.wasm`);
  const optimise = [join(here, "node_modules/binaryen/bin/wasm-opt"), level, ...WASM_OPT];
  run(process.execPath, [...optimise, "-o", optimised, join(folder, `${name}_bg.wasm`)]);
  const shown = hidden.find((place) => readFileSync(optimised).includes(place));
  if (shown) throw new Error(`${optimised} holds a path of this machine: ${shown}`);
}

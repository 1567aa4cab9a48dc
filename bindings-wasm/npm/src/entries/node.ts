import { readFileSync } from "node:fs";
import { join } from "node:path";

import { nodePlatform } from "../node.js";
import { install } from "../platform.js";

// Only who has a configuration file reads TOML.
const toml = () => (require("./toml.cjs") as typeof import("../toml.js")).parse;

install(nodePlatform(() => readFileSync(join(__dirname, "baijiayun.wasm")), toml));

/** For inline-node.cjs, which is this module with other bytes: so that it need not be there twice. */
declare const module: { exports: object };
Object.defineProperty(module.exports, Symbol.for("baijiayun.inlined"), {
  value: (wasm: () => Buffer) => install(nodePlatform(wasm, toml), true),
});

export * from "../index.js";

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { nodePlatform } from "../node.js";
import { install } from "../platform.js";

// Only who has a configuration file reads TOML.
const toml = () => (require("./toml.cjs") as typeof import("../toml.js")).parse;

install(nodePlatform(() => readFileSync(join(__dirname, "baijiayun.wasm")), toml));

export * from "../index.js";

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { nodePlatform } from "../node.js";
import { install } from "../platform.js";

install(nodePlatform(() => readFileSync(join(__dirname, "baijiayun.wasm"))));

export * from "../index.js";

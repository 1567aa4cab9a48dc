import { readFileSync } from "node:fs";

import { nodePlatform } from "../node.js";
import { install } from "../platform.js";

// Some bundlers look for the URL and put the file beside what they make.
install(nodePlatform(() => readFileSync(new URL("./baijiayun.wasm", import.meta.url))));

export * from "../index.js";

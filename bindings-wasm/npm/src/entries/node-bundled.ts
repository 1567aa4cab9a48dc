import { readFileSync } from "node:fs";

import { nodePlatform } from "../node.js";
import { install } from "../platform.js";
import { parse } from "../toml.js";

install(
  nodePlatform(
    // Some bundlers look for the URL and put the file beside what they make.
    () => readFileSync(new URL("./baijiayun.wasm", import.meta.url)),
    () => parse,
  ),
);

export * from "../index.js";

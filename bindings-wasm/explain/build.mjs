// Builds wasm/explain.wasm and its glue, which the site's explorer loads. It takes the tools of ../npm (npm ci there).
import { join } from "node:path";

import { buildWasm } from "../npm/wasm-build.mjs";

buildWasm("baijiayun-explain-wasm", join(import.meta.dirname, "wasm"), "explain", "-Oz");

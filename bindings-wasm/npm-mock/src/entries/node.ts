import { readFileSync } from "node:fs";
import { join } from "node:path";

import { listen } from "../listen.js";
import { install } from "../platform.js";

install({ wasmNow: () => readFileSync(join(__dirname, "baijiayun-mock.wasm")), listen });

export { createMock } from "../index.js";

import { readFileSync } from "node:fs";
import * as http from "node:http";
import { join } from "node:path";

import { listenBy } from "../listen.js";
import { install } from "../platform.js";

install({ wasmNow: () => readFileSync(join(__dirname, "baijiayun-mock.wasm")), listen: listenBy(() => http) });

export { createMock } from "../index.js";

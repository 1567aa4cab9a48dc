import { readFileSync } from "node:fs";
import * as http from "node:http";

import { listenBy } from "../listen.js";
import { install } from "../platform.js";

// Some bundlers look for the URL and put the file beside what they make.
install({ wasmNow: () => readFileSync(new URL("./baijiayun-mock.wasm", import.meta.url)), listen: listenBy(() => http) });

export { createMock } from "../index.js";

import wasm from "./baijiayun.wasm";

import { install } from "../platform.js";

install({ wasmNow: () => wasm, streams: false });

export * from "../index.js";

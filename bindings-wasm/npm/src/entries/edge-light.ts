import wasm from "./baijiayun.wasm?module";

import { install } from "../platform.js";

install({ wasmNow: () => wasm, streams: false });

export * from "../index.js";

import wasm from "./baijiayun.wasm";

import { install } from "../platform.js";

install({ wasmNow: () => wasm, streams: false, isServer: true, userAgent: `baijiayun-js/${VERSION} workerd` });

export * from "../index.js";

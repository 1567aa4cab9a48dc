import wasm from "./baijiayun.wasm?module";

import { install } from "../platform.js";

// Next hands over a module of another realm, which the glue would not know for one.
install({ wasmNow: () => Object.setPrototypeOf(wasm, WebAssembly.Module.prototype) as typeof wasm, streams: false, isServer: true });

export * from "../index.js";

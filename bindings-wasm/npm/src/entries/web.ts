import { install } from "../platform.js";

// Bundlers look for exactly this expression, and put the file beside what they make.
install({
  wasm: () => fetch(new URL("./baijiayun.wasm", import.meta.url)),
  streams: false,
});

export * from "../index.js";

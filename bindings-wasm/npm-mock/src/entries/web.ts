import { install } from "../platform.js";

// Bundlers look for exactly this expression, and put the file beside what they make.
install({ wasm: () => fetch(new URL("./baijiayun-mock.wasm", import.meta.url)) });

export { createMock } from "../index.js";

import inlined from "../../wasm/inline.js";
import { install } from "../platform.js";
import { unpacked } from "../unpacked.js";

install({ wasm: () => unpacked(inlined), streams: false }, true);

export * from "../index.js";

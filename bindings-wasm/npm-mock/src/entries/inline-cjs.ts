import { unpacked } from "../../../npm/src/unpacked.js";
import inlined from "../../wasm/inline.js";
import { install } from "../platform.js";

/** Of Node, if it is there: a bundler does not see this, and a test environment that plays the browser lets it through. */
const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => any } };
const zlib = process?.getBuiltinModule?.("node:zlib") as typeof import("node:zlib") | undefined;

const bytes = () => Uint8Array.from(atob(inlined), (char) => char.charCodeAt(0));
install(zlib ? { wasmNow: () => zlib.gunzipSync(bytes()) } : { wasm: () => unpacked(inlined) });

export { createMock } from "../index.js";

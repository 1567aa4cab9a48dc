import { unpacked } from "../../../npm/src/unpacked.js";
import inlined from "../../wasm/inline.js";
import { listenBy } from "../listen.js";
import { install } from "../platform.js";

/** Of Node, if it is there: a bundler does not see this, and a test environment that plays the browser lets it through. */
const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => any } };
const builtin = (name: string) => process?.getBuiltinModule?.(name);
const zlib = builtin("node:zlib") as typeof import("node:zlib") | undefined;

const bytes = () => Uint8Array.from(atob(inlined), (char) => char.charCodeAt(0));
install({
  ...(zlib ? { wasmNow: () => zlib.gunzipSync(bytes()) } : { wasm: () => unpacked(inlined) }),
  ...(zlib && { listen: listenBy(() => builtin("node:http") as typeof import("node:http")) }),
});

export { createMock } from "../index.js";

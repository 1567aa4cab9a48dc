import { install } from "../platform.js";
import type { Platform } from "../platform.js";
import { unpacked } from "../unpacked.js";

/** Of Node, if it is there: a bundler does not see this, and a test environment that plays the browser lets it through. */
const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => any } };
const zlib = process?.getBuiltinModule?.("node:zlib") as typeof import("node:zlib") | undefined;
const util = process?.getBuiltinModule?.("node:util") as typeof import("node:util") | undefined;

const inlined = () => require("./packed.cjs") as string;
const wasm: Pick<Platform, "wasm" | "wasmNow"> = zlib
  ? { wasmNow: () => zlib.gunzipSync(Uint8Array.from(atob(inlined()), (char) => char.charCodeAt(0))) }
  : { wasm: () => unpacked(inlined()) };
const aborting = util?.transferableAbortController && (() => util.transferableAbortController());

install({ ...wasm, ...(aborting && { aborting }), streams: false }, true);

export * from "../index.js";

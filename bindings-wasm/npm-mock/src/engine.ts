// The WebAssembly of the mock: loaded once, and an engine of it for each mock.
import { wordsOf } from "../../npm/src/named.js";
import init, { initSync, MockEngine as Engine } from "../wasm/baijiayun-mock.js";
import { platform } from "./platform.js";

export type { Engine };

const FILE = "baijiayun-mock.wasm";

let loaded = false;
let loading: Promise<void> | undefined;

/** Whether the WebAssembly is there. In Node it is loaded now, if need be. */
export function isLoaded(): boolean {
  if (!loaded && platform.wasmNow) {
    try {
      initSync({ module: new WebAssembly.Module(platform.wasmNow()) });
    } catch (cause) {
      throw notLoaded(cause);
    }
    loaded = true;
  }
  return loaded;
}

/** Loads the WebAssembly, if it is not there yet. One that could not be loaded is tried again. */
export async function load(): Promise<void> {
  if (!isLoaded()) await (loading ??= fetched().finally(() => (loading = undefined)));
}

async function fetched(): Promise<void> {
  try {
    let given = await platform.wasm!();
    if ("arrayBuffer" in given) {
      if (!given.ok) throw new Error(`HTTP ${given.status} for ${given.url}`);
      given = await given.arrayBuffer();
    }
    await init({ module_or_path: given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given) });
    loaded = true;
  } catch (cause) {
    throw notLoaded(cause);
  }
}

function notLoaded(cause: unknown): Error {
  const hint = 'if a bundler left the file behind, import from "baijiayun-mock/inline" instead';
  return new Error(`${FILE} could not be loaded: ${wordsOf(cause)} (${hint})`, { cause });
}

/** `settings` are JSON. */
export function engine(settings: string): Engine {
  try {
    return new Engine(settings);
  } catch (error) {
    throw new TypeError(`createMock: ${String(error)}`);
  }
}

import init, { initSync } from "../wasm/baijiayun.js";
import type { InitOutput } from "../wasm/baijiayun.js";
import { MisuseError } from "./errors.js";
import { platform } from "./platform.js";

let loaded: InitOutput | undefined;
let loading: Promise<void> | undefined;

/** Whether the WebAssembly is there. In Node and workerd it is loaded now, if need be. */
export function isReady(): boolean {
  if (!loaded && platform.wasmNow) {
    try {
      loaded = initSync({ module: platform.wasmNow() });
    } catch (error) {
      throw notLoaded(error);
    }
  }
  return loaded !== undefined;
}

/** @internal The memory of the WebAssembly, which must be there. Types for Node lack that name. */
export function memory(): WebAssembly.Memory {
  return loaded!.memory;
}

/**
 * Loads the WebAssembly. Calls do that themselves: only what is not awaited (`callbacks.parse`, `links`) needs it
 * before, and only in browsers. In Node and workerd it is never needed.
 */
export async function ready(): Promise<void> {
  if (isReady()) return;
  loading ??= load().finally(() => (loading = undefined));
  await loading;
}

async function load(): Promise<void> {
  try {
    loaded = await init({ module_or_path: platform.wasm!() });
  } catch (error) {
    throw notLoaded(error);
  }
}

function notLoaded(cause: unknown): MisuseError {
  const message = `the WebAssembly could not be loaded: ${(cause as Error | undefined)?.message ?? String(cause)}`;
  const hint = 'if a bundler left baijiayun.wasm behind, import from "baijiayun/inline" instead';
  return new MisuseError({ kind: "misuse", message, hint }, { cause });
}

/** For functions that are not awaited. */
export function needReady(what: string): void {
  if (isReady()) return;
  throw new MisuseError({
    kind: "misuse",
    message: `${what} was called before the WebAssembly was loaded`,
    hint: 'call `await ready()` first (`import { ready } from "baijiayun"`); awaited calls do it themselves',
  });
}

// The WebAssembly, loaded ahead of the first call.
import { ready as load } from "./wasm.js";

/**
 * Loads the WebAssembly. Calls do that themselves: only what is not awaited (`callbacks.parse`, `links`) needs it
 * before, and only in browsers. In Node and workerd it is never needed.
 */
// In a module of its own, so that no type of the package leads to the types of the WebAssembly.
export function ready(): Promise<void> {
  return load();
}

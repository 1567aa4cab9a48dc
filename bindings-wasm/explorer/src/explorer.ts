// The packages of this repository, as pages get them, and the explainer of signatures.
import { install } from "../../npm/src/platform.js";
import { install as installMock } from "../../npm-mock/src/platform.js";
import glue from "../wasm/glue.js";

let compiled: Promise<WebAssembly.Module> | undefined;

/** The one file, compiled once for all of them. If it could not be had, it is tried again. */
function module(): Promise<WebAssembly.Module> {
  return (compiled ??= fetched().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  }));
}

async function fetched(): Promise<WebAssembly.Module> {
  const file = await fetch(new URL("./explorer.wasm", import.meta.url));
  if (!file.ok) throw new Error(`HTTP ${file.status} for ${file.url}`);
  return WebAssembly.compile(await file.arrayBuffer());
}

install({ wasm: module, streams: false });
installMock({ wasm: module });

const explainer = glue();

/** The explainer of signatures, once it is there: the same as `bjy sign --expect`. */
export async function loadCheck(): Promise<typeof explainer.check> {
  await explainer.default({ module_or_path: await module() });
  return explainer.check;
}

export * from "../../npm/src/index.js";
export { createMock } from "../../npm-mock/src/index.js";

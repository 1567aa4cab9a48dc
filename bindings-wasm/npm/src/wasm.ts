// The WebAssembly of the engine: where it is loaded, and made anew after it broke.
import glue from "../wasm/glue.js";
import type { InitOutput } from "../wasm/baijiayun.js";
import { MisuseError } from "./errors.js";
import { platform } from "./platform.js";

/** The engine of one client. */
export type WasmEngine = InstanceType<Glue["Engine"]>;
type Glue = ReturnType<typeof glue>;

/** An instance of the WebAssembly: a memory, and what lives in it. */
export class Instance {
  readonly glue: Glue = glue();
  /** Whether it stopped in the middle of something. Nothing in it can be relied on then. */
  isBroken = false;
  #exports: InitOutput | undefined;

  /** Where it may take no time. */
  beginNow(module: WebAssembly.Module): this {
    this.#exports = this.glue.initSync({ module });
    return this;
  }

  async begin(module: WebAssembly.Module): Promise<this> {
    this.#exports = await this.glue.default({ module_or_path: module });
    return this;
  }

  /** How many milliseconds the header Retry-After says to wait, if it says it so that it can be understood. */
  retryAfter(header: string): number | undefined {
    const time = header === "" ? -1 : this.glue.retry_after(header, Date.now() / 1000);
    return time < 0 ? undefined : time;
  }

  get memory(): WebAssembly.Memory {
    return this.#exports!.memory;
  }
}

let compiled: WebAssembly.Module | undefined;
let instance: Instance | undefined;
let loading: Promise<void> | undefined;

/** Whether the WebAssembly is there. In Node and workerd it is loaded now, if need be. */
export function isReady(): boolean {
  if (instance && !instance.isBroken) return true;
  if (!platform.wasmNow) return false;
  try {
    compiled ??= moduleOf(platform.wasmNow());
    instance = new Instance().beginNow(compiled);
    return true;
  } catch (error) {
    throw notLoaded(error);
  }
}

/** @internal Where calls live. It must be there. */
export function current(): Instance {
  return instance!;
}

/** @internal An instance for one piece of work: with it goes its memory, which never shrinks by itself. */
export function another(): Promise<Instance> {
  return new Instance().begin(compiled!);
}

/** Loads the WebAssembly, if it is not there yet. */
export async function ready(): Promise<void> {
  if (isReady()) return;
  loading ??= load().finally(() => (loading = undefined));
  await loading;
}

async function load(): Promise<void> {
  try {
    compiled ??= await compile(await platform.wasm!());
    instance = await another();
  } catch (error) {
    throw notLoaded(error);
  }
}

function moduleOf(given: BufferSource | WebAssembly.Module): WebAssembly.Module {
  return given instanceof WebAssembly.Module ? given : new WebAssembly.Module(given);
}

async function compile(given: BufferSource | WebAssembly.Module | Response): Promise<WebAssembly.Module> {
  if (given instanceof WebAssembly.Module) return given;
  // An environment whose bytes are there has perhaps no Response.
  if (!("arrayBuffer" in given)) return WebAssembly.compile(given);
  if (!given.ok) throw new Error(`HTTP ${given.status} for ${given.url}`);
  const type = given.headers.get("content-type");
  if (type === "application/wasm") return WebAssembly.compileStreaming(given);
  // Many servers do not know the type of these files.
  console.warn(`${FILE} is served as ${type}: as application/wasm it would be compiled while it comes`);
  return WebAssembly.compile(await given.arrayBuffer());
}

const FILE = "baijiayun.wasm";

function notLoaded(cause: unknown): MisuseError {
  const words = (cause as Error | undefined)?.message ?? String(cause);
  const message = `the WebAssembly could not be loaded: ${words.includes(FILE) ? "" : `${FILE}: `}${words}`;
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

// The environment that the package runs in.
import type { Configuration, Given } from "./configuration.js";

/** The content of a file on disk. */
export interface OpenFile {
  size: number;
  /** The bytes from `offset` on, up to before `end`. It may be called again. */
  read(offset: number, end: number): AsyncIterable<Uint8Array>;
}

/** What environments do differently. Each entry of the package says it once, before anything else happens. */
export interface Platform {
  /** The WebAssembly module, or its bytes, where it can be had at once. */
  wasmNow?: () => BufferSource | WebAssembly.Module;
  /** The same, or an answer that holds the bytes, where that takes time. */
  wasm?: () => Promise<BufferSource | WebAssembly.Module | Response>;
  /** Opens a file on disk, where there is one. */
  open?: (path: string) => Promise<OpenFile>;
  /** Reads so many of these bytes as UTF-8, where a TextDecoder is not the quickest way. */
  reader?: (bytes: Uint8Array) => (length: number) => string;
  /** Whether one timer may serve all calls. In an edge worker it would end with the request that began it. */
  sharesTimers?: boolean;
  /** What requests say who sends them, where that can be said: pages have their browser's. */
  userAgent?: string;
  /** Makes what aborts, where the environment of a test may have put another in its place. */
  aborting?: () => AbortController;
  /** Whether it is no browser, where a key must not be. */
  isServer?: boolean;
  /** The account of the environment and its files, where there are any. */
  configuration?: (given: Given) => Configuration;
  /** Whether `fetch` sends a stream with the length that its header names. */
  streams: boolean;
}

export let platform: Platform;

/** Says which environment this is. Of several entries in one program, one that has the WebAssembly inlined wins. */
export function install(here: Platform, isInlined = false): void {
  if (platform === undefined || isInlined) platform = here;
}

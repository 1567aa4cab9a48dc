/** What an environment has, and others have not. */
export interface Platform {
  /** The WebAssembly, where it can be had at once. */
  wasmNow?: () => BufferSource;
  /** The WebAssembly. */
  wasm?: () => Promise<BufferSource | Response | WebAssembly.Module>;
  /** Serves over HTTP. */
  listen?: (port: number, exchange: Exchange) => Promise<Listening>;
}

/** A request, however it came. */
export interface Sent {
  method: string;
  /** Path and query. */
  target: string;
  /** Where it was sent to: addresses in answers begin with it. */
  base: string;
  headers: [name: string, value: string][];
  body?: Body | null | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((sent: number) => void) | undefined;
}

/** What bodies come as. */
export type Body = string | Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** What is answered. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The connection breaks off in place of an answer. */
  cut: boolean;
}

export type Exchange = (sent: Sent) => Promise<Reply>;

/** A mock that listens. */
export interface Listening {
  /** Its address, for `domain`. */
  url: string;
  /** Listens no longer. */
  close(): Promise<void>;
}

export let platform: Platform = {};

export function install(given: Platform): void {
  platform = given;
}

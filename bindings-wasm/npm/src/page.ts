import type { Engine as WasmEngine } from "../wasm/baijiayun.js";
import { memory } from "./wasm.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Most calls and their requests are shorter. */
const USUAL = 4096;

/** Where the texts of calls go to an engine, and its answers come from: without memory to be had and freed for each. */
export class Page {
  readonly #engine: WasmEngine;
  /** Empty as soon as the memory has grown: it is another buffer then. */
  #bytes = new Uint8Array();

  constructor(engine: WasmEngine) {
    this.#engine = engine;
  }

  /** Returns the length in bytes. */
  write(text: string): number {
    // UTF-8 takes at most three bytes for each unit of a JavaScript string.
    const most = text.length * 3;
    if (most > this.#bytes.length) this.#look(Math.max(most, USUAL));
    return encoder.encodeInto(text, this.#bytes).written;
  }

  read(length: number): string {
    if (length > this.#bytes.length) this.#look(length);
    return decoder.decode(this.#bytes.subarray(0, length));
  }

  #look(room: number): void {
    const address = this.#engine.page(room);
    this.#bytes = new Uint8Array(memory().buffer, address, room);
  }
}

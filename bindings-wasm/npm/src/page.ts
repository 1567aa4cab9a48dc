// The page: the memory by which texts go into the WebAssembly and come out of it.
import { platform } from "./platform.js";
import type { Instance, WasmEngine } from "./wasm.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const reader = (bytes: Uint8Array) => (length: number) => decoder.decode(bytes.subarray(0, length));

/** So many bytes come before the text: the numbers of a step. ../../src/page.rs says what they mean. */
const HEAD = 5 * 8;
/** Most calls and their requests are shorter. */
const USUAL = 4096;
/** A page with more room is given back when less is needed. */
const KEPT = 1 << 16;

/** Where texts go to an engine and come from it: without memory to be had and freed, and objects, for each. */
export class Page {
  readonly #engine: WasmEngine;
  readonly #instance: Instance;
  /** Both are empty as soon as the memory has grown: it is another buffer then. */
  #text = new Uint8Array();
  #head = new DataView(this.#text.buffer);
  #read = reader(this.#text);

  constructor(engine: WasmEngine, instance: Instance) {
    this.#engine = engine;
    this.#instance = instance;
  }

  /** Puts a text on the page. Returns its length in bytes. */
  write(text: string): number {
    // UTF-8 takes at most three bytes for each unit of a JavaScript string.
    this.#reserve(text.length * 3);
    return encoder.encodeInto(text, this.#text).written;
  }

  writeBytes(bytes: Uint8Array): number {
    this.#reserve(bytes.length);
    this.#text.set(bytes);
    return bytes.length;
  }

  /** The text of this length that the engine has put on the page. Before the numbers are looked at. */
  read(length: number): string {
    // No step is without a text, so that this also finds memory that has grown.
    if (length > this.#text.length) this.#look(this.#engine.page(), length);
    return this.#read(length);
  }

  /** One of the numbers before the text. */
  number(nth: number): number {
    return this.#head.getFloat64(nth * 8, true);
  }

  #reserve(most: number): void {
    // Of memory that has grown the length is 0, and not even nothing can be put there.
    if (most < this.#text.length && this.#text.length <= KEPT) return;
    const room = Math.max(most, USUAL);
    const address = this.#engine.new_page(room);
    // What is written there all the same would stand in the engine's own values.
    if (address === 0) throw new WebAssembly.RuntimeError(`no memory for ${room} bytes`);
    this.#look(address, room);
  }

  #look(address: number, room: number): void {
    const { buffer } = this.#instance.memory;
    this.#head = new DataView(buffer, address, HEAD);
    this.#text = new Uint8Array(buffer, address + HEAD, room);
    this.#read = (platform.reader ?? reader)(this.#text);
  }
}

// Bodies of any kind, read piece by piece.
import { named } from "../../npm/src/named.js";
import type { Body } from "./platform.js";

const encoder = new TextEncoder();

/** The bytes of a body that is here; nothing if it has to be read. */
export function bytesOf(body: Body | null | undefined): Uint8Array | undefined {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return encoder.encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return isBuffer(body) ? new Uint8Array(body) : undefined;
}

/** Of any realm. */
function isBuffer(body: Body): body is ArrayBuffer {
  return Object.prototype.toString.call(body) === "[object ArrayBuffer]";
}

/** A body that is read piece by piece. */
export interface Source {
  /** The next piece; nothing at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody wants more of it. */
  end(): void;
}

export function sourceOf(body: unknown): Source {
  const reader = readerOf(body);
  return {
    async next() {
      const { done, value } = await reader.read();
      if (done) return undefined;
      if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      throw new TypeError(`a piece of the body is ${named(value)}, no bytes`);
    },
    end() {
      new Promise((resolve) => resolve(reader.cancel())).catch(() => {});
    },
  };
}

interface Reader {
  read(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  cancel(): unknown;
}

function readerOf(body: unknown): Reader {
  if (typeof body === "object" && body !== null) {
    const source = "stream" in body && typeof body.stream === "function" ? (body.stream() as object) : body;
    if ("getReader" in source) return (source as ReadableStream<Uint8Array>).getReader();
    if (Symbol.asyncIterator in source) {
      const pieces = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      return { read: () => pieces.next(), cancel: () => pieces.return?.() };
    }
    // A Blob of jsdom has no streams.
    if ("size" in source && typeof FileReader === "function") return whole(source as Blob);
  }
  throw new TypeError(`the body of a request is ${named(body)}: text, bytes, a Blob or a stream can be read`);
}

function whole(blob: Blob): Reader {
  let at = 0;
  const read = async () => {
    if (at >= blob.size) return { done: true };
    const piece = blob.slice(at, (at += PIECE));
    const value = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer));
      reader.onerror = () => reject(reader.error as Error);
      reader.readAsArrayBuffer(piece);
    });
    return { value };
  };
  return { read, cancel: () => {} };
}

/** So many bytes are handed over at a time: what is handed over is copied, into memory that never shrinks. */
export const PIECE = 1 << 18;

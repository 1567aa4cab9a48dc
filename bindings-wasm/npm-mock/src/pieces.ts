import type { Body } from "./platform.js";

const encoder = new TextEncoder();

/** The bytes of a body that is here; nothing if it has to be read. */
export function bytesOf(body: Body | undefined): Uint8Array | undefined {
  if (body === undefined) return new Uint8Array();
  if (typeof body === "string") return encoder.encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return isBuffer(body) ? new Uint8Array(body) : undefined;
}

/** Of any realm. */
function isBuffer(body: Body): body is ArrayBuffer {
  return Object.prototype.toString.call(body) === "[object ArrayBuffer]";
}

/** What comes of a body that has to be read. */
export async function* piecesOf(body: Exclude<Body, string>): AsyncGenerator<Uint8Array> {
  const source = "stream" in body ? body.stream() : body;
  if ("getReader" in source) {
    const reader = source.getReader();
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
    } finally {
      await reader.cancel().catch(() => {});
    }
  } else if (Symbol.asyncIterator in source) {
    yield* source;
  } else {
    throw new TypeError("the body of a request is none that can be read: text, bytes, a Blob or a stream");
  }
}

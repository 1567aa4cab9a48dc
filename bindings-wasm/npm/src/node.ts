import { constants, createReadStream, promises } from "node:fs";

import type { OpenFile, Platform } from "./platform.js";

/** How much of a file is in memory at a time. */
const CHUNK = 128 << 10;

/** Node, with the bytes of the WebAssembly from wherever the entry has them. */
export function nodePlatform(wasmNow: () => Buffer): Platform {
  return { wasmNow, open, reader, sharesTimers: true, streams: true };
}

function reader({ buffer, byteOffset, length }: Uint8Array): (length: number) => string {
  const bytes = Buffer.from(buffer, byteOffset, length);
  return (length) => bytes.toString("utf8", 0, length);
}

// `promises` are loaded when they are first asked for: most programs never need that millisecond.
async function open(path: string): Promise<OpenFile> {
  const found = await promises.stat(path);
  if (!found.isFile()) throw new Error("it is not a file");
  await promises.access(path, constants.R_OK);
  const { size } = found;
  return { size, read: (start, end) => createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK }) };
}

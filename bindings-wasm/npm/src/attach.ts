// Files, put into the requests that send them.
import type { Attempt } from "./attempt.js";
import type { FileSource } from "./files.js";
import type { Meter } from "./meter.js";
import { chunkBody, multipart } from "./multipart.js";
import type { Chunk, Part } from "./multipart.js";

/** Puts a form with files into a request. */
export async function attach(
  request: Attempt,
  parts: Part[],
  files: Map<string, FileSource> | undefined,
  meter: Meter | undefined,
): Promise<void> {
  meter?.begin(0);
  const form = await multipart(parts, files, meter && ((bytes) => meter.moved(bytes)));
  request.body = form.body;
  // Node's fetch keeps a copy of every stream that it may have to send again elsewhere: of the whole file.
  if ("getReader" in form.body) request.redirect = "error";
  request.headers["content-type"] = form.contentType;
  if (form.length !== undefined) request.headers["content-length"] = String(form.length);
  if (meter?.isWatched) request.onProgress = (sent) => meter.reached(sent - form.fileAt);
}

/** Puts a chunk of a file into a request. */
export async function attachChunk(
  request: Attempt,
  chunk: Chunk,
  files: Map<string, FileSource>,
  meter: Meter | undefined,
): Promise<void> {
  meter?.begin(chunk.offset);
  request.body = await chunkBody(files.get(chunk.source)!, chunk, meter && ((bytes) => meter.moved(bytes)));
  if ("getReader" in request.body) request.redirect = "error";
  request.headers["content-length"] = String(chunk.length);
  if (meter?.isWatched) request.onProgress = (sent) => meter.reached(sent);
}

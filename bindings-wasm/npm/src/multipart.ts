// The bodies of requests with files: a form, or a chunk of a file.
import { FileError } from "./errors.js";
import type { FileSource } from "./files.js";
import { platform } from "./platform.js";

/** A part as the engine names it. */
export interface Part {
  name: string;
  value?: string;
  /** A file's name, its media type, and by what its content is found. Names come as they may stand between quotes. */
  file?: string;
  type?: string;
  source?: string;
}

/** A part of a file that is sent by itself. */
export interface Chunk {
  source: string;
  offset: number;
  length: number;
}

/** A body that `fetch` takes. */
export interface Multipart {
  contentType: string;
  /** How many bytes it has, if that is known. */
  length: number | undefined;
  body: Blob | ReadableStream<Uint8Array>;
  /** Where the content of the file begins. */
  fileAt: number;
}

type Segment = Uint8Array | { file: FileSource };

/**
 * Writes a form with files (multipart/form-data), as browsers write it. Files are not held in memory: where `fetch`
 * can send streams of a known length (Node) they are read bit by bit, elsewhere they are parts of one Blob.
 *
 * `moved` is told how many bytes of the file went out, if the body is a stream.
 */
export async function multipart(
  parts: Part[],
  files: Map<string, FileSource> | undefined,
  moved: ((bytes: number) => void) | undefined,
): Promise<Multipart> {
  const random = crypto.getRandomValues(new Uint32Array(4));
  const boundary = `baijiayun-${Array.from(random, (number) => number.toString(36)).join("")}`;
  const encoder = new TextEncoder();
  const segments: Segment[] = [];
  for (const part of parts) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"`;
    if (part.source === undefined) {
      segments.push(encoder.encode(`${head}\r\n\r\n${part.value ?? ""}\r\n`));
      continue;
    }
    const file = files?.get(part.source);
    if (file === undefined) throw new FileError({ kind: "file", message: `${part.file} is not there any more` });
    segments.push(
      encoder.encode(`${head}; filename="${part.file}"\r\nContent-Type: ${file.type || part.type}\r\n\r\n`),
      { file },
      encoder.encode("\r\n"),
    );
  }
  segments.push(encoder.encode(`--${boundary}--\r\n`));
  const contentType = `multipart/form-data; boundary=${boundary}`;
  const body = platform.streams ? stream(segments, moved) : new Blob(await Promise.all(segments.map(blobPart)));
  return { contentType, length: total(segments), body, fileAt: total(segments.slice(0, fileIndex(segments))) ?? 0 };
}

function fileIndex(segments: Segment[]): number {
  return segments.findIndex((segment) => "file" in segment);
}

function total(segments: Segment[]): number | undefined {
  let length = 0;
  for (const segment of segments) {
    if (!("file" in segment)) length += segment.byteLength;
    else if (segment.file.size === undefined) return undefined;
    else length += segment.file.size;
  }
  return length;
}

async function blobPart(segment: Segment): Promise<BlobPart> {
  if (!("file" in segment)) return segment as BlobPart;
  return blobOf(segment.file);
}

/** A file, or a chunk of one, as a Blob. */
function blobOf(file: FileSource, offset = 0, length?: number): Blob | Promise<Blob> {
  if (file.blob) return file.blob.slice(offset, length === undefined ? undefined : offset + length);
  // A Blob of a stream: the runtime decides where it keeps it.
  return new Response(readable(file.read(offset, length))).blob();
}

/** A chunk of a file as a body that `fetch` takes. `moved` is as in {@link multipart}. */
export async function chunkBody(
  file: FileSource,
  { offset, length }: Chunk,
  moved: ((bytes: number) => void) | undefined,
): Promise<Blob | ReadableStream<Uint8Array>> {
  return platform.streams ? readable(counted(file.read(offset, length), moved)) : blobOf(file, offset, length);
}

async function* counted(
  bytes: AsyncGenerator<Uint8Array, void, undefined>,
  moved: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    yield chunk;
    // The next one was asked for: this one went out.
    moved?.(chunk.byteLength);
  }
}

function stream(segments: Segment[], moved: ((bytes: number) => void) | undefined): ReadableStream<Uint8Array> {
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const segment of segments) {
      if ("file" in segment) yield* counted(segment.file.read(0), moved);
      else yield segment;
    }
  }
  return readable(bytes());
}

function readable(bytes: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await bytes.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await bytes.return();
      },
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  );
}

// Files to send, whatever holds their content.
import { said } from "./checks.js";
import { FileError } from "./errors.js";
import { named, tagOf, wordsOf } from "./named.js";
import { platform } from "./platform.js";
import { reading } from "./reading.js";

/** Content that can be sent as a file. */
export type FileContent =
  | Blob
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ((offset: number) => ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>);

/** What a file is sent as. */
export interface FileOptions {
  /** The file name that the service is told. */
  name: string;
  /** Its size in bytes. Bytes and Blobs have theirs; without one a stream is sent in chunks. */
  size?: number | undefined;
  /** Its media type. */
  type?: string | undefined;
}

const NAME = 'give file(content, { name: "lesson.pdf" })';
const TYPE = 'a type is like "application/pdf"; leave it out, and the ending of the name tells it';

/** A file to send. {@link file} and {@link fromPath} make one. */
export class FileSource {
  /** The file name that the service is told. */
  readonly name: string;
  /** The media type, if it was given; else the ending of the name tells it. */
  readonly type: string;
  /** @internal */
  size: number | undefined;
  /** @internal Its content, where that is a Blob: browsers send those from disk. */
  readonly blob: Blob | undefined;
  /** @internal Whether it can be read again, from any byte on. */
  readonly reopens: boolean;
  readonly #open: (offset: number, length?: number) => AsyncIterable<Uint8Array>;
  readonly #measure: (() => Promise<number>) | undefined;

  /** @internal */
  constructor(parts: {
    name: string;
    type?: string | undefined;
    size?: number | undefined;
    blob?: Blob | undefined;
    reopens: boolean;
    /** Opens it from a byte on. It may give more than `length` bytes, which is for those that would read ahead. */
    open: (offset: number, length?: number) => AsyncIterable<Uint8Array>;
    measure?: () => Promise<number>;
  }) {
    this.name = parts.name;
    this.type = parts.type ?? "";
    if (typeof this.name !== "string") throw unreadable("the name of the file is no text", undefined, NAME);
    if (typeof this.type !== "string" || !/^[ -~]*$/.test(this.type)) throw unreadable(`the type of ${this.name} is no media type`, undefined, TYPE);
    this.size = parts.size ?? undefined;
    if (this.size !== undefined && !(Number.isSafeInteger(this.size) && this.size >= 0)) {
      throw unreadable(`the size of ${this.name} is ${said(this.size)}, no number of bytes`, undefined, "leave it out if it is not known");
    }
    this.blob = parts.blob;
    this.reopens = parts.reopens;
    this.#open = parts.open;
    this.#measure = parts.measure;
  }

  /** @internal Finds out the size, if it can be known. */
  async measure(): Promise<void> {
    if (this.#measure) this.size = await this.#measure();
  }

  /**
   * @internal The bytes from `offset` on: `length` of them, or as many as the size says; fewer are an error, and more than
   * the size too.
   */
  async *read(offset: number, length?: number): AsyncGenerator<Uint8Array, void, undefined> {
    let left = length ?? (this.size === undefined ? Infinity : this.size - offset);
    const isWhole = length === undefined || offset + length === this.size;
    try {
      for await (const bytes of this.#open(offset, length)) {
        if (bytes.byteLength > left && isWhole) {
          throw unreadable(`${this.name} has more than the ${this.size} bytes that it had`);
        }
        const chunk = bytes.byteLength > left ? bytes.subarray(0, left) : bytes;
        left -= chunk.byteLength;
        yield chunk;
        if (left === 0 && !isWhole) return;
      }
    } catch (error) {
      throw error instanceof FileError ? error : unreadable(`cannot read ${this.name}: ${wordsOf(error)}`, error);
    }
    if (left > 0 && left !== Infinity)
      throw unreadable(`${this.name} ends ${left} bytes before its size of ${this.size}`);
  }
}

/**
 * Makes a file of bytes, a Blob or a stream.
 *
 * A stream can be read once. For a video upload that may have to go on after a broken connection give its `size` and
 * a function that opens it from a byte on, or a Blob, or a path ({@link fromPath}).
 *
 * ```
 * await client.doc.upload({ room_id, attachment: file(pdf, { name: "lesson.pdf" }) });
 * ```
 */
export function file(content: FileContent, options: FileOptions): FileSource {
  return reading("what file() was given", () => made(content, options));
}

function made(content: FileContent, options: FileOptions): FileSource {
  if (typeof options !== "object" || options === null) throw unreadable("the file has no name", undefined, NAME);
  const { name, type } = options;
  if (content instanceof Blob) return fromBlob(content, name, type);
  if (isBytes(content)) {
    const bytes = bytesOf(content);
    const open = async function* (offset: number, length = bytes.byteLength) {
      if (offset < bytes.byteLength) yield bytes.subarray(offset, offset + length);
    };
    return new FileSource({ name, type, size: bytes.byteLength, reopens: true, open });
  }
  if (typeof content === "function") {
    const open = (offset: number) => iterable(content(offset));
    return new FileSource({ name, type, size: options.size, reopens: true, open });
  }
  const isStream = typeof content === "object" && content !== null && (Symbol.asyncIterator in content || "getReader" in content);
  if (!isStream) {
    const hint = "give bytes, a Blob, a stream, or a function that opens one; for a file on disk fromPath(path)";
    throw unreadable(`the content of the file is ${named(content)}`, undefined, hint);
  }
  if ((content as { readableEncoding?: unknown }).readableEncoding) {
    throw unreadable(`${name} is a text stream`, undefined, "open it without an encoding: files are bytes");
  }
  return new FileSource({ name, type, size: options.size, reopens: false, open: once(content, name) });
}

/**
 * The file at a path, in Node. It is opened when it is sent, and read bit by bit.
 *
 * ```
 * await client.video.upload(fromPath("lessons/第一课.mp4"), { definition: "16,2" });
 * ```
 */
export function fromPath(path: string, options: { name?: string; type?: string } = {}): FileSource {
  if (typeof path !== "string" || path === "") {
    throw unreadable(`the path of the file is ${named(path)}`, undefined, 'give it as text: fromPath("lessons/第一课.mp4")');
  }
  const given: { name?: string; type?: string } = reading("the options of the file", () => ({ ...options }));
  const name = given.name ?? (path.split(/[/\\]/).pop() || "file");
  const opened = async () => {
    if (platform.open === undefined) throw unreadable("files on disk can be read in Node only");
    try {
      return await platform.open(path);
    } catch (error) {
      throw unreadable(`cannot read ${name}: ${wordsOf(error)}`, error);
    }
  };
  const source: FileSource = new FileSource({
    name,
    type: given.type,
    reopens: true,
    measure: async () => (await opened()).size,
    async *open(offset, length = Infinity) {
      const { size, read } = await opened();
      if (size !== source.size) throw unreadable(`${name} has ${size} bytes now, no longer ${source.size}`);
      if (offset < size) yield* read(offset, Math.min(size, offset + length));
    },
  });
  return source;
}

/** A value as a file; a text says why it cannot be one; `undefined` if it is none at all. */
export function sourceOf(value: unknown): FileSource | string | undefined {
  if (value instanceof FileSource) return value;
  if (value instanceof Blob) {
    const { name } = value as Partial<File>;
    return name ? fromBlob(value, name) : "is a Blob without a name: give file(blob, { name })";
  }
  if (isBytes(value)) {
    return "is bytes without a name: give file(bytes, { name })";
  }
  const streams =
    typeof value === "object" && value !== null && (Symbol.asyncIterator in value || "getReader" in value);
  return streams ? "is a stream without a name: give file(stream, { name, size })" : undefined;
}

function fromBlob(blob: Blob, name: string, type = blob.type): FileSource {
  const open = (offset: number, length = blob.size) => iterable(blob.slice(offset, offset + length).stream());
  return new FileSource({ name, type, size: blob.size, blob, reopens: true, open });
}

/** Whatever realm they are of. */
export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || (typeof value === "object" && value !== null && tagOf(value) === "ArrayBuffer");
}

/** Bytes, whatever holds them; nothing is copied. */
export function bytesOf(content: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(content)
    ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    : new Uint8Array(content);
}

/** What can be read only once: chunk after chunk, as long as nothing is wanted a second time. */
function once(content: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>, name: string) {
  const bytes = iterable(content);
  let position = 0;
  let ahead: Uint8Array | undefined;
  return async function* (offset: number, length = Infinity): AsyncGenerator<Uint8Array, void, undefined> {
    if (offset !== position) {
      throw unreadable(
        `${name} is a stream that was read already`,
        undefined,
        "give file() a function that opens it from a byte on, a Blob, or a path, so that it can be sent again",
      );
    }
    try {
      for (const end = offset + length; position < end;) {
        const read = ahead ?? (await bytes.next()).value;
        ahead = undefined;
        if (read === undefined) return;
        const taken = read.subarray(0, end - position);
        if (taken.byteLength < read.byteLength) ahead = read.subarray(taken.byteLength);
        position += taken.byteLength;
        yield taken;
      }
    } finally {
      // Nobody comes back for more of what was wanted whole.
      if (length === Infinity) await bytes.return();
    }
  };
}

/** Older browsers cannot iterate over streams. */
async function* iterable(
  content: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (Symbol.asyncIterator in content) {
    yield* content as AsyncIterable<Uint8Array>;
    return;
  }
  const reader = (content as ReadableStream<Uint8Array>).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function unreadable(message: string, cause?: unknown, hint?: string): FileError {
  const fields = {
    kind: "file",
    message,
    hint: hint ?? "check the path, and that nothing writes to the file while it is sent",
  } as const;
  return new FileError(fields, { cause });
}

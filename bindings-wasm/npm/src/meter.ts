import type { FileSource } from "./files.js";
import type { Id } from "./ids.js";

/** What an upload is watched for. */
interface Watching {
  onProgress?: ((received: number, size: number) => void) | undefined;
  onRegistered?: ((videoId: Id) => void) | undefined;
  stallTimeout?: number | undefined;
}

const STALL_TIMEOUT = 60_000;

/** How far an upload is: what the service has, and what went out of the post under way. */
export class Meter {
  readonly #file: FileSource;
  readonly #onProgress: Watching["onProgress"];
  #onRegistered: Watching["onRegistered"];
  readonly #stallTimeout: number;
  /** The byte that the post began with, and the one that it has come to. */
  #offset = 0;
  #position = 0;
  #received = 0;

  constructor(file: FileSource, { onProgress, onRegistered, stallTimeout = STALL_TIMEOUT }: Watching) {
    this.#file = file;
    this.#onProgress = onProgress;
    this.#onRegistered = onRegistered;
    this.#stallTimeout = stallTimeout;
  }

  /** Whether the caller wants to be told. */
  get isWatched(): boolean {
    return this.#onProgress !== undefined;
  }

  /** The service has so many bytes of the file of this video. */
  received(bytes: number, videoId: Id | undefined): void {
    if (videoId !== undefined && this.#onRegistered) {
      const onRegistered = this.#onRegistered;
      this.#onRegistered = undefined;
      queueMicrotask(() => onRegistered(videoId));
    }
    if (bytes <= this.#received) return;
    this.#received = bytes;
    const size = this.#file.size ?? bytes;
    // An error of the caller's is the caller's: it must not look like a broken connection.
    if (this.#onProgress) queueMicrotask(() => this.#onProgress!(bytes, size));
  }

  /** All of the file is there. */
  ended(): void {
    this.received(this.#file.size ?? 0, undefined);
  }

  /** A post begins. */
  begin(offset: number): void {
    this.#offset = this.#position = offset;
  }

  /** More bytes of the file went out. */
  moved(bytes: number): void {
    this.#position += bytes;
  }

  /** So many bytes of the file went out with this post. */
  reached(bytes: number): void {
    this.#position = Math.max(this.#offset + bytes, this.#position);
  }

  /** Calls `stop` when nothing moves: a connection can die without a word. Returns what ends the watch. */
  watch(stop: (reason: unknown) => void): () => void {
    let before = this.#position;
    const timer = setInterval(() => {
      // Nothing is known before the first byte.
      if (this.#offset < this.#position && this.#position === before) {
        stop(new DOMException(`nothing moved for ${this.#stallTimeout} ms`, "TimeoutError"));
      }
      before = this.#position;
    }, this.#stallTimeout);
    return () => clearInterval(timer);
  }
}

// How far an upload is, and who is told.
import type { FileSource } from "./files.js";
import type { Id } from "./ids.js";

/** What an upload is watched for. */
interface Watching {
  onProgress?: ((received: number, size: number) => unknown) | null | undefined;
  onRegistered?: ((videoId: Id) => unknown) | null | undefined;
  stallTimeout?: number | null | undefined;
}

const STALL_TIMEOUT = 60_000;

/** How far an upload is: what the service has, and what went out of the post under way. */
export class Meter {
  readonly #file: FileSource;
  readonly #onProgress: Watching["onProgress"];
  readonly #onRegistered: Watching["onRegistered"];
  readonly #stallTimeout: number;
  /** The byte that the post began with, and the one that it has come to. */
  #offset = 0;
  #position = 0;
  #received = 0;
  #videoId: Id | undefined;
  /** What a function of the caller's threw, and those that have not ended yet. */
  #failure: { thrown: unknown } | undefined;
  #pending = 0;
  #settled: (() => void) | undefined;
  /** Stops the post under way. */
  #stop: ((reason: unknown) => void) | undefined;

  constructor(file: FileSource, { onProgress, onRegistered, stallTimeout }: Watching, videoId?: Id) {
    this.#videoId = videoId;
    this.#file = file;
    this.#onProgress = onProgress;
    this.#onRegistered = onRegistered;
    this.#stallTimeout = stallTimeout ?? STALL_TIMEOUT;
  }

  /** Whether the caller wants to be told. */
  get isWatched(): boolean {
    return Boolean(this.#onProgress);
  }

  /** The video that is uploaded, as soon as it is registered. */
  get videoId(): Id | undefined {
    return this.#videoId;
  }

  /** The service has so many bytes of the file of this video. */
  received(bytes: number, videoId: Id | undefined): void {
    if (videoId !== undefined && this.#videoId === undefined) {
      this.#videoId = String(videoId);
      this.#tell(this.#onRegistered, this.#videoId);
    }
    if (bytes <= this.#received) return;
    this.#received = bytes;
    this.#tell(this.#onProgress, bytes, this.#file.size ?? bytes);
  }

  /** All of the file is there. What is still told of it may fail. */
  async ended(): Promise<void> {
    this.received(this.#file.size ?? 0, undefined);
    while (this.#pending > 0 && !this.#failure) await new Promise<void>((resolve) => (this.#settled = resolve));
    this.throwIfFailed();
  }

  /** Throws what a function of the caller's threw: it ends the upload, and does not look like a broken connection. */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.thrown;
  }

  #tell<A extends unknown[]>(told: ((...about: A) => unknown) | null | undefined, ...about: A): void {
    if (!told || this.#failure) return;
    try {
      const result = told(...about);
      // Promises are of many makes.
      if (typeof result !== "object" || result === null || !("then" in result)) return;
      this.#pending++;
      Promise.resolve(result).catch((error: unknown) => this.#fail(error)).finally(() => (this.#pending--, this.#settled?.()));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(thrown: unknown): void {
    this.#failure ??= { thrown };
    this.#stop?.(thrown);
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
    this.#stop = stop;
    let before = this.#position;
    const timer = setInterval(() => {
      // Nothing is known before the first byte.
      if (this.#offset < this.#position && this.#position === before) {
        stop(new DOMException(`nothing moved for ${this.#stallTimeout} ms`, "TimeoutError"));
      }
      before = this.#position;
    }, this.#stallTimeout);
    return () => {
      this.#stop = undefined;
      clearInterval(timer);
    };
  }
}

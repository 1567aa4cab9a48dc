import type { FileSource } from "./files.js";
import { sourceOf } from "./files.js";
import { Video } from "./generated/video.js";
import type { VideoGetUploadUrlParams } from "./generated/video.js";
import { InvalidParametersError } from "./errors.js";
import { call } from "./resource.js";
import type { CallOptions, CallPromise, Caller } from "./resource.js";
import type { FileInput, Id, IdInput } from "./types.js";

/** What a new video is, besides its file. It is named after the file unless `file_name` is given. */
export type VideoUploadParams = Omit<VideoGetUploadUrlParams, "file_name"> & { file_name?: string | undefined };

/** How a video is uploaded. */
export interface UploadOptions extends CallOptions {
  /**
   * Is told while the file is sent how many bytes of it went out so far, and its size. The number only grows: bytes
   * that are sent again after a break are not told again.
   *
   * `fetch` in browsers cannot tell; there the file is then sent with XMLHttpRequest, for which the upload host has to
   * allow cross-origin requests in advance.
   */
  onProgress?: ((sent: number, size: number) => void) | undefined;
  /** Waits until the video is transcoded, at most so many milliseconds after the upload. */
  waitForTranscoding?: number | undefined;
  /** How often it goes on after a break without having got any further; 5 if nothing is said. */
  resumes?: number | undefined;
  /**
   * Takes a connection on which nothing moved for so many milliseconds for broken, where that can be seen; 60,000 if
   * nothing is said.
   */
  stallTimeout?: number | undefined;
}

/** A video that was uploaded. */
export interface UploadedVideo {
  video_id: Id;
  /** Its status, if it was asked for: 20 transcoding, 100 transcoded. */
  status: number | null;
  /** How often the upload went on after a break. */
  resumes: number;
}

/** 点播视频 Videos on demand, with their upload in one go. */
export class Videos extends Video {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    super(caller);
    this.#caller = caller;
  }

  /**
   * Uploads a video or audio file: registers it, sends it, and goes on where a broken connection left off.
   *
   * If it fails for good after the registration, the error has `videoId`: {@link Videos.resumeUpload} goes on later.
   *
   * ```
   * const { video_id } = await client.video.upload(fromPath("第一课.mp4"), { definition: [16, 2] }, {
   *   onProgress: (sent, size) => console.log(`${sent} of ${size} bytes`),
   * });
   * ```
   */
  upload(file: FileInput, params: VideoUploadParams, options?: UploadOptions): CallPromise<UploadedVideo> {
    return this.#upload(file, params, undefined, options);
  }

  /** Goes on with an upload that broke off earlier, perhaps in another process: the same file, for the same video. */
  resumeUpload(videoId: IdInput, file: FileInput, options?: UploadOptions): CallPromise<UploadedVideo> {
    return this.#upload(file, undefined, videoId, options);
  }

  #upload(
    given: FileInput,
    params: VideoUploadParams | undefined,
    videoId: IdInput | undefined,
    options: UploadOptions | undefined,
  ): CallPromise<UploadedVideo> {
    const file = fileOf(given);
    const meter = new Meter(file, options);
    const answer = call<UploadedVideo>(this.#caller, "video.upload", params, options, {
      meter,
      upload: {
        file,
        resumes: options?.resumes,
        transcoding: options?.waitForTranscoding,
        ...(videoId !== undefined && { video_id: String(videoId) }),
      },
    });
    return answer;
  }
}

function fileOf(given: FileInput): FileSource {
  const file = sourceOf(given);
  if (typeof file === "object") return file;
  const message = file ?? "is no file: give a File, file(...) or fromPath(...)";
  const faults = [{ parameter: "file", kind: "wrong_type", message }];
  throw new InvalidParametersError({
    kind: "invalid_parameters",
    operation: "video.upload",
    message: `file ${message}`,
    faults,
  });
}

const STALL_TIMEOUT = 60_000;

/** How far a file is sent, over all its posts. */
export class Meter {
  readonly #file: FileSource;
  readonly #onProgress: UploadOptions["onProgress"];
  readonly #stallTimeout: number;
  /** The byte that the post began with, and the one that it has come to. */
  #offset = 0;
  #position = 0;
  #farthest = 0;

  constructor(file: FileSource, options: UploadOptions | undefined) {
    this.#file = file;
    this.#onProgress = options?.onProgress;
    this.#stallTimeout = options?.stallTimeout ?? STALL_TIMEOUT;
  }

  /** Whether the caller wants to be told. */
  get isWatched(): boolean {
    return this.#onProgress !== undefined;
  }

  /** A post begins. */
  begin(offset: number): void {
    this.#offset = this.#position = offset;
  }

  /** More bytes of the file went out. */
  moved(bytes: number): void {
    this.reached(this.#position - this.#offset + bytes);
  }

  /** So many bytes of the file went out with this post. */
  reached(bytes: number): void {
    const size = this.#file.size ?? 0;
    this.#position = Math.min(Math.max(this.#offset + bytes, this.#position), size);
    if (this.#position <= this.#farthest) return;
    const sent = (this.#farthest = this.#position);
    // An error of the caller's is the caller's: it must not look like a broken connection.
    if (this.#onProgress) queueMicrotask(() => this.#onProgress!(sent, size));
  }

  /** Calls `stop` when nothing moves: a connection can die without a word. Returns what ends the watch. */
  watch(stop: (reason: unknown) => void): () => void {
    let before = this.#position;
    const timer = setInterval(() => {
      // Nothing is known before the first byte; after the last one the service may think.
      const midway = this.#offset < this.#position && this.#position < (this.#file.size ?? 0);
      if (midway && this.#position === before) {
        stop(new DOMException(`nothing moved for ${this.#stallTimeout} ms`, "TimeoutError"));
      }
      before = this.#position;
    }, this.#stallTimeout);
    return () => clearInterval(timer);
  }
}

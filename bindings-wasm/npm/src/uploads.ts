// Uploading videos.
import type { FileSource } from "./files.js";
import { sourceOf } from "./files.js";
import { Video } from "./generated/video.js";
import type { VideoGetUploadUrlParams } from "./generated/video.js";
import type { CallExtras } from "./extras.js";
import { InvalidParametersError } from "./errors.js";
import { Meter } from "./meter.js";
import { named } from "./named.js";
import type { CallOptions } from "./options.js";
import { reading } from "./reading.js";
import { call } from "./resource.js";
import type { CallPromise, Caller } from "./resource.js";
import type { FileInput, Id, IdInput } from "./types.js";

/** What a new video is, besides its file. It is named after the file unless `file_name` is given. */
export type VideoUploadParams = Omit<VideoGetUploadUrlParams, "file_name"> & { file_name?: string | undefined };

/** How a video is uploaded. */
export interface UploadOptions extends CallOptions {
  /**
   * Is told how many bytes of the file the service has, and its size, whenever it has more: after each chunk. The number
   * only grows. What it throws ends the upload, which rejects with it; likewise if it is async, and it is not waited for.
   */
  onProgress?: ((received: number, size: number) => unknown) | undefined;
  /**
   * Is told the id of a new video as soon as it is registered: with that alone the upload can go on in another process.
   * What it throws ends the upload.
   */
  onRegistered?: ((videoId: Id) => unknown) | undefined;
  /** How many bytes are sent at a time; 5 MiB if nothing is said. A file that is not larger goes as one form. */
  chunkSize?: number | undefined;
  /**
   * Whether the addresses that the file is sent to have to be https; true if nothing is said. For a new video its
   * `use_https` says the same.
   */
  useHttps?: boolean | undefined;
  /** Longest time until all of the file is there, with all breaks and waits, in milliseconds; no limit if nothing is said. */
  deadline?: number | undefined;
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
   * Uploads a video or audio file: registers it, sends it in chunks, and goes on where a broken connection left off.
   *
   * If it fails for good after the registration, the error has `videoId`: {@link Videos.resumeUpload} goes on later. So
   * does what it rejects with if the signal is aborted, or if `onProgress` throws.
   *
   * ```
   * const { video_id } = await client.video.upload(fromPath("第一课.mp4"), { definition: [16, 2] }, {
   *   onProgress: (there, size) => console.log(`${there} of ${size} bytes`),
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
    // When they are read for this, those of the call were read and checked.
    const extras = (): CallExtras => {
      const { onProgress, onRegistered, stallTimeout, resumes, waitForTranscoding, chunkSize, useHttps } = options ?? {};
      const id = videoId === undefined ? undefined : idOf(videoId);
      const file = fileOf(given);
      return {
        meter: new Meter(file, { onProgress, onRegistered, stallTimeout }, id),
        upload: {
          file,
          resumes,
          transcoding: waitForTranscoding,
          chunk_size: chunkSize,
          use_https: useHttps,
          ...(id !== undefined && { video_id: id }),
        },
      };
    };
    return call<UploadedVideo>(this.#caller, "video.upload", params, options, extras);
  }
}

/** What is no id is left to the engine, which says so. */
function idOf(given: unknown): string {
  return typeof given === "object" || typeof given === "function" ? named(given) : String(given);
}

function fileOf(given: FileInput): FileSource {
  const file = reading("the file", () => sourceOf(given));
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

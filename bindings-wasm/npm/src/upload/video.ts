import { BaijiayunError, errorOf } from "../errors.js";
import type { ErrorFields, Fault } from "../errors.js";
import type { Id, IdInput } from "../types.js";
import { abortable, sleep } from "../waits.js";
import { post } from "./post.js";
import type { Failure } from "./post.js";

/** What a new video is sent to: the data of `video.get_upload_url`, as your server got them. */
export interface UploadAddress {
  video_id?: IdInput | undefined;
  upload_url?: string | undefined;
}

/** Where a video goes on: the data of `video.get_resume_upload_url`, as your server got them. */
export interface ResumeAddress {
  upload_url?: string | undefined;
  /** How many bytes the service has. It may be missing: then it has none. */
  upload_size?: number | string | null | undefined;
}

/** What your functions are told besides. */
export interface Asking {
  /** That of the upload: give it to `fetch`. */
  signal: AbortSignal | undefined;
}

/** How a video is uploaded where the key is not. */
export interface UploadVideoOptions<F extends Blob = File> {
  /**
   * Asks your server to register the video and to answer with an address: `video.get_upload_url`, with `use_https: 1`.
   * It is asked once. Keep the `video_id` here if the upload shall go on after a reload.
   */
  getUploadUrl: (file: F, asking: Asking) => UploadAddress | Promise<UploadAddress>;
  /**
   * Asks your server where the video goes on: `video.get_resume_upload_url`, with `use_https: 1`. It is asked after
   * every break, and again if it fails.
   */
  getResumeUploadUrl: (videoId: Id, asking: Asking) => ResumeAddress | Promise<ResumeAddress>;
  /**
   * Asks your server for `video.get_status`. The service gives no address for a video that it has whole: if the answer
   * to the last bytes was lost, only its status tells that they arrived.
   */
  getStatus?: ((videoId: Id, asking: Asking) => VideoStatus | Promise<VideoStatus>) | undefined;
  /** Goes on with this video, whose upload broke off earlier: give the same file. */
  videoId?: IdInput | null | undefined;
  /**
   * Is told how many bytes of the file the service has, and the size of the file, whenever it has more. The number only
   * grows, and its step is a chunk: bytes that are under way do not count.
   */
  onProgress?: ((uploaded: number, size: number) => void) | undefined;
  /** Ends the upload, for good or for a pause. */
  signal?: AbortSignal | undefined;
  /** How many bytes are sent at a time; 5 MiB if nothing is said. */
  chunkSize?: number | undefined;
  /** How often it goes on after a break without having got any further; 5 if nothing is said. */
  resumes?: number | undefined;
  /** How long the answer to a chunk is waited for, in milliseconds; 300,000 if nothing is said. */
  attemptTimeout?: number | undefined;
  /** `false` takes `http:` addresses too. Without it they are refused. */
  useHttps?: boolean | undefined;
}

/** The data of `video.get_status`. */
export interface VideoStatus {
  status?: number | null | undefined;
}

/** A video that was uploaded. */
export interface UploadedVideo {
  video_id: Id;
  /** How often the upload went on after a break. */
  resumes: number;
}

const CHUNK_SIZE = 5 << 20;
const RESUMES = 5;
const ATTEMPT_TIMEOUT = 300_000;

/** Waits after a break: so long, and on top a random time up to this, that doubles with each break, to at most the cap. */
const [BASE, CAP] = [1_000, 30_000];

/** Of `video.get_status`: the file has not arrived. */
const UPLOADING = 10;
const UPLOAD_TIMED_OUT = 32;

/**
 * Uploads a video or audio file where there is no key, to addresses that your server asks for. It works in browsers,
 * their workers and Node.
 *
 * A file of one chunk goes as a form, a larger one chunk by chunk. After a break it asks where to go on. It rejects with
 * what the signal gives as its reason, or with a {@link BaijiayunError}, whose `videoId` is what `videoId` takes to go
 * on later.
 *
 * ```
 * const { video_id } = await uploadVideo(input.files[0], {
 *   getUploadUrl: ({ name }) => ask("/videos", { name }),
 *   getResumeUploadUrl: (videoId) => ask(`/videos/${videoId}/resume`),
 *   onProgress: (uploaded, size) => (bar.value = uploaded / size),
 * });
 * ```
 */
export async function uploadVideo<F extends Blob>(file: F, options: UploadVideoOptions<F>): Promise<UploadedVideo> {
  options?.signal?.throwIfAborted();
  check(file, options);
  const unreadable = file.size > 0 ? await whyUnreadable(file, 0) : { fields: fileFields("it is empty") };
  if (unreadable) throw errorOf(unreadable.fields, { cause: unreadable.cause });
  return new Upload(file, options).run();
}

class Upload<F extends Blob> {
  readonly #file: F;
  readonly #options: UploadVideoOptions<F>;
  readonly #chunkSize: number;
  #videoId: Id | undefined;
  /** The most of the file that the service had, and the breaks since. */
  #farthest = 0;
  #breaks = 0;
  #resumes = 0;

  constructor(file: F, options: UploadVideoOptions<F>) {
    this.#file = file;
    this.#options = options;
    this.#chunkSize = options.chunkSize ?? CHUNK_SIZE;
    if (options.videoId != null) this.#videoId = String(options.videoId);
  }

  async run(): Promise<UploadedVideo> {
    const { size } = this.#file;
    let failure: Failure | undefined;
    if (this.#videoId === undefined) {
      const address = await this.#register();
      failure = size > this.#chunkSize ? await this.#sendFrom(0, address) : await this.#sendWhole(address);
    } else {
      failure = await this.#goOn();
    }
    while (failure) {
      await this.#takeBreath(failure);
      failure = await this.#goOn();
    }
    return { video_id: this.#videoId!, resumes: this.#resumes };
  }

  /** Registers the video. */
  async #register(): Promise<string> {
    const answer = await this.#ask("getUploadUrl", this.#file);
    if ("failure" in answer) throw this.#error(answer.failure);
    const { video_id, upload_url } = answer;
    if (!/^\d+$/.test(String(video_id)) || (typeof video_id === "number" && !Number.isSafeInteger(video_id))) {
      throw this.#error(unusable("getUploadUrl", "video_id"));
    }
    this.#videoId = String(video_id);
    return this.#checked("getUploadUrl", upload_url);
  }

  /** Asks where to go on, and goes on there. */
  async #goOn(): Promise<Failure | undefined> {
    const answer = await this.#ask("getResumeUploadUrl", this.#videoId!);
    if ("failure" in answer) return (await this.#hasArrived()) ? undefined : answer.failure;
    const { size } = this.#file;
    const offset = Number(answer.upload_size ?? 0);
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.#error(unusable("getResumeUploadUrl", "upload_size"));
    if (offset > size) {
      const message = `the service has ${offset} bytes already, but the file has only ${size}`;
      throw this.#error({ fields: fileFields(message, "go on with the file that the upload began with") });
    }
    this.#resumes++;
    this.#reached(offset);
    return offset < size ? this.#sendFrom(offset, this.#checked("getResumeUploadUrl", answer.upload_url)) : undefined;
  }

  /** Whether the service has all of it, though it gave no address. */
  async #hasArrived(): Promise<boolean> {
    const { getStatus } = this.#options;
    if (!getStatus) return false;
    const answer = await this.#ask("getStatus", this.#videoId!);
    if ("failure" in answer) return false;
    const status = Number(answer.status);
    return status > UPLOADING && status !== UPLOAD_TIMED_OUT;
  }

  /** As the document prints it: a form. */
  #sendWhole(address: string): Promise<Failure | undefined> {
    const form = new FormData();
    form.append("data", this.#file);
    return this.#send(address, form, {}, 0, this.#file.size);
  }

  /** As the service's own uploaders do: raw bytes, whose numbers begin with 1. */
  async #sendFrom(offset: number, address: string): Promise<Failure | undefined> {
    const { size } = this.#file;
    let failure: Failure | undefined;
    for (let end: number; offset < size && !failure; offset = end) {
      end = Math.min(offset + this.#chunkSize, size);
      const headers = {
        "content-type": "application/octet-stream",
        "content-range": `bytes ${offset + 1}-${end}/${size}`,
      };
      failure = await this.#send(address, this.#file.slice(offset, end), headers, offset, end);
    }
    return failure;
  }

  async #send(
    address: string,
    body: Blob | FormData,
    headers: Record<string, string>,
    offset: number,
    end: number,
  ): Promise<Failure | undefined> {
    const { attemptTimeout: timeout = ATTEMPT_TIMEOUT, signal } = this.#options;
    const failure = await post(address, { body, headers, timeout, signal });
    if (failure === undefined) {
      this.#reached(end);
      return undefined;
    }
    // To `fetch` a file that cannot be read is a connection that broke.
    const unreadable = failure.fields.status == null && (await whyUnreadable(this.#file, offset));
    if (unreadable) throw this.#error(unreadable);
    return failure;
  }

  /** The service has so much of the file. */
  #reached(offset: number): void {
    if (offset <= this.#farthest) return;
    this.#farthest = offset;
    this.#breaks = 0;
    const { onProgress } = this.#options;
    // An error of the caller's is the caller's: it must not look like a broken connection.
    if (onProgress) queueMicrotask(() => onProgress(offset, this.#file.size));
  }

  /** Waits after a break, if it is to go on. */
  async #takeBreath({ fields, cause }: Failure): Promise<void> {
    const { resumes = RESUMES, signal } = this.#options;
    signal?.throwIfAborted();
    if (++this.#breaks > resumes) {
      const message = `it broke off ${this.#breaks} times and got no further: ${fields.message}`;
      const hint = "the upload can go on later, with videoId and the same file";
      throw this.#error({ fields: { ...fields, message, hint }, cause });
    }
    // Never at once: the service may still be storing what came before the break.
    const jitter = Math.random() * Math.min(BASE * 2 ** (this.#breaks - 1), CAP);
    await sleep(BASE + jitter, signal);
  }

  /** Asks one of the caller's functions. */
  async #ask<N extends keyof Hooks<F>>(name: N, about: Parameters<Hooks<F>[N]>[0]): Promise<Answer<F, N> | Refused> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    try {
      const asked = (async () => (this.#options as Hooks<F>)[name](about as never, { signal }))();
      return ((await abortable(asked, signal)) ?? {}) as Answer<F, N>;
    } catch (cause) {
      signal?.throwIfAborted();
      const message = `${name} failed: ${(cause as Error | undefined)?.message || String(cause)}`;
      return { failure: { fields: { kind: "transport", message }, cause } };
    }
  }

  /** An upload address, if it is one. */
  #checked(name: string, address: unknown): string {
    const protocol = /^https?:(?=\/\/.)/i.exec(String(address))?.[0].toLowerCase();
    if (protocol === undefined) throw this.#error(unusable(name, "upload_url"));
    if (protocol === "https:" || this.#options.useHttps === false) return String(address);
    const message = `${name} gave an http: address, but https was asked for`;
    const hint = "have your server ask for the address with use_https: 1, or give useHttps: false";
    throw this.#error({ fields: { kind: "decode", message, hint } });
  }

  /** Errors name the video, so that its upload can go on or be given up. */
  #error({ fields, cause }: Failure): BaijiayunError {
    const videoId = this.#videoId;
    const message = videoId === undefined ? fields.message : `video ${videoId}: ${fields.message}`;
    return errorOf({ ...fields, message }, { cause, videoId });
  }
}

type Hooks<F extends Blob> = Required<
  Pick<UploadVideoOptions<F>, "getUploadUrl" | "getResumeUploadUrl"> & {
    getStatus: NonNullable<UploadVideoOptions<F>["getStatus"]>;
  }
>;

type Answer<F extends Blob, N extends keyof Hooks<F>> = Awaited<ReturnType<Hooks<F>[N]>>;

interface Refused {
  failure: Failure;
}

function unusable(name: string, what: string): Failure {
  return { fields: { kind: "decode", message: `the answer of ${name} has no usable ${what}` } };
}

function fileFields(message: string, hint = "check that the file is there, and that nothing writes to it"): ErrorFields {
  return { kind: "file", message, hint };
}

/** Reads a byte: what was chosen may be a folder, or have changed since. */
async function whyUnreadable(file: Blob, offset: number): Promise<Failure | undefined> {
  try {
    await file.slice(offset, offset + 1).arrayBuffer();
    return undefined;
  } catch (cause) {
    return { fields: fileFields(`it cannot be read: ${(cause as Error).message}`), cause };
  }
}

/** Refuses what cannot go well, before anything is asked for. */
function check<F extends Blob>(file: F, options: UploadVideoOptions<F>): void {
  const faults: Fault[] = [];
  const hold = (parameter: string, isRight: boolean, kind: Fault["kind"], message: string) =>
    isRight || faults.push({ parameter, kind, message: `${parameter} ${message}` });
  const { getUploadUrl, getResumeUploadUrl, videoId, chunkSize = 1, resumes = 0, attemptTimeout = 1 } = options ?? {};
  hold("file", file instanceof Blob, "wrong_type", "is no File or Blob");
  if (videoId == null) hold("getUploadUrl", typeof getUploadUrl === "function", "missing", "has to be a function");
  hold("getResumeUploadUrl", typeof getResumeUploadUrl === "function", "missing", "has to be a function");
  hold("videoId", videoId == null || /^\d+$/.test(String(videoId)), "wrong_type", "is no id");
  hold("chunkSize", chunkSize >= 1 && Number.isInteger(chunkSize), "out_of_range", "has to be a number of bytes");
  hold("resumes", resumes >= 0, "out_of_range", "has to be 0 or more");
  hold("attemptTimeout", attemptTimeout > 0, "out_of_range", "has to be more than 0");
  if (faults.length === 0) return;
  const message = faults.map(({ message }) => message).join("; ");
  throw errorOf({ kind: "invalid_parameters", operation: "uploadVideo", message, faults });
}

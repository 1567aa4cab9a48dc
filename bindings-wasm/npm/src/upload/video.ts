// The upload of a video from a page: the machine of core/src/upload.rs once more (docs/decisions/0017).
import { throwIfAborted } from "../aborts.js";
import { BaijiayunError } from "../errors.js";
import type { ErrorFields, Fault } from "../errors.js";
import { withVideo } from "../ids.js";
import type { Id, IdInput } from "../types.js";
import { within } from "../waits.js";
import { errorOf } from "./errors.js";
import { post } from "./post.js";
import type { Failure } from "./post.js";

/** What a new video is sent to: the data of `video.get_upload_url`, as your server got them. */
export interface UploadAddress {
  video_id?: IdInput | undefined;
  upload_url?: string | undefined;
}

/**
 * Where a video goes on: the data of `video.get_resume_upload_url`, as your server got them. If the service gave no
 * address, perhaps because it has the whole file, the data of `video.get_status` tell.
 */
export interface ResumeAddress {
  upload_url?: string | undefined;
  /** How many bytes the service has. It may be missing: then it has none. */
  upload_size?: number | string | null | undefined;
  /** Of `video.get_status`, where there is no address. */
  status?: number | string | null | undefined;
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
   * Asks your server where the video goes on: `video.get_resume_upload_url`, with `use_https: 1`, and if the service
   * refuses that, `video.get_status`. It is asked after every break, and again if it fails.
   */
  getResumeUploadUrl: (videoId: Id, asking: Asking) => ResumeAddress | Promise<ResumeAddress>;
  /** Goes on with this video, whose upload broke off earlier: give the same file. */
  videoId?: IdInput | null | undefined;
  /**
   * Is told how many bytes of the file the service has, and the size of the file, whenever it has more. The number only
   * grows, and its step is a chunk: bytes that are under way do not count. It is waited for, and what it throws ends the
   * upload.
   */
  onProgress?: ((uploaded: number, size: number) => unknown) | undefined;
  /** Ends the upload, for good or for a pause. */
  signal?: AbortSignal | undefined;
  /** How many bytes are sent at a time; 5 MiB if nothing is said. */
  chunkSize?: number | undefined;
  /** How often it goes on after a break without having got any further; 5 if nothing is said. */
  resumes?: number | undefined;
  /** How long the answer to a chunk is waited for, in milliseconds; 300,000 if nothing is said. */
  attemptTimeout?: number | undefined;
  /** The file has to be there within so many milliseconds, with all breaks and waits. There is no limit otherwise. */
  deadline?: number | undefined;
  /** `false` takes `http:` addresses too. Without it they are refused, except on this machine itself. */
  useHttps?: boolean | undefined;
}

/** A video that was uploaded. */
export interface UploadedVideo {
  video_id: Id;
  /** How often the upload went on after a break. */
  resumes: number;
}

const CHUNK_SIZE = 5 << 20;
const RESUMES = 5;
/** How long a function of the caller's is waited for, in milliseconds. */
const PATIENCE = 120_000;
const ATTEMPT_TIMEOUT = 300_000;

/** Waits after a break: so long, and on top a random time up to this, that doubles with each break, to at most the cap. */
const [BASE, CAP] = [1_000, 30_000];

/** Of `video.get_status`: the file has not arrived. */
const [UPLOADING, UPLOAD_TIMED_OUT] = [10, 32];

/** The operations that the caller's functions stand for. */
const OPERATIONS = { getUploadUrl: "video.get_upload_url", getResumeUploadUrl: "video.get_resume_upload_url" } as const;

/** This machine itself, where nobody listens in: that is how a mock serves. */
const HERE = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const UPLOAD_FILE = "video.upload_file";

const TOO_LATE = "the deadline comes before all of the file is there";
const LATER = "it can go on later, with videoId and the same file";

/**
 * Uploads a video or audio file where there is no key, to addresses that your server asks for. It works in browsers,
 * their workers and Node.
 *
 * A file of one chunk goes as a form, a larger one chunk by chunk. After a break it asks where to go on. It rejects with
 * what the signal gives as its reason, or with a {@link BaijiayunError}; the `videoId` of either is what `videoId` takes
 * to go on later.
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
  throwIfAborted(options?.signal);
  check(file, options);
  return new Upload(file, options).run();
}

class Upload<F extends Blob> {
  readonly #file: F;
  readonly #options: UploadVideoOptions<F>;
  readonly #chunkSize: number;
  /** When the file has to be there. */
  readonly #due: number;
  #videoId: Id | undefined;
  /** The most of the file that the service had, and the breaks since. */
  #farthest = 0;
  #breaks = 0;
  #resumes = 0;

  constructor(file: F, options: UploadVideoOptions<F>) {
    this.#file = file;
    this.#options = options;
    this.#chunkSize = options.chunkSize ?? CHUNK_SIZE;
    this.#due = performance.now() + (options.deadline ?? Infinity);
    if (options.videoId != null) this.#videoId = String(options.videoId);
  }

  run(): Promise<UploadedVideo> {
    return this.#run().catch((error: unknown) => {
      throw error instanceof BaijiayunError ? error : withVideo(error, this.#videoId);
    });
  }

  async #run(): Promise<UploadedVideo> {
    const { size } = this.#file;
    if (size === 0) throw this.#error({ fields: fileFields("the file is empty: there is nothing to upload") });
    let failure = await whyUnreadable(this.#file, 0);
    if (failure) throw this.#error(failure);
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

  /** How many milliseconds are left. */
  #left(): number {
    return this.#due - performance.now();
  }

  /** Registers the video. */
  async #register(): Promise<string> {
    const answer = await this.#ask("getUploadUrl", this.#file);
    if ("failure" in answer) throw this.#error(answer.failure);
    const { video_id, upload_url } = answer;
    if (!isId(video_id) || typeof upload_url !== "string") throw this.#unusable("getUploadUrl", "video_id and upload_url");
    this.#videoId = String(video_id);
    return this.#checked("getUploadUrl", upload_url);
  }

  /** Asks where to go on, and goes on there. */
  async #goOn(): Promise<Failure | undefined> {
    const name = "getResumeUploadUrl";
    const answer = await this.#ask(name, this.#videoId!);
    if ("failure" in answer) return answer.failure;
    const { upload_url, upload_size, status } = answer;
    const { size } = this.#file;
    const offset = Number(upload_size ?? 0);
    if (upload_url == null && hasArrived(status)) return this.#reached(size);
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.#unusable(name, "upload_size");
    if (offset > size) {
      const message = `the service has ${offset} bytes already, but the file has only ${size}`;
      throw this.#error({ fields: fileFields(message, "go on with the file that the upload began with") });
    }
    this.#resumes++;
    await this.#reached(offset);
    if (offset === size) return undefined;
    if (typeof upload_url !== "string") throw this.#unusable(name, "upload_url");
    return this.#sendFrom(offset, this.#checked(name, upload_url));
  }

  /** As the document prints it: a form. */
  #sendWhole(address: string): Promise<Failure | undefined> {
    const form = new FormData();
    form.set("data", this.#file);
    return this.#send(address, form, {}, 0, this.#file.size);
  }

  /** As the service's own uploaders do: raw bytes, whose numbers begin with 1. */
  async #sendFrom(offset: number, address: string): Promise<Failure | undefined> {
    const { size } = this.#file;
    let failure: Failure | undefined;
    for (let end: number; offset < size && !failure; offset = end) {
      if (this.#left() <= 0) throw this.#error({ fields: { kind: "timeout", message: TOO_LATE, hint: LATER } });
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
    const { attemptTimeout = ATTEMPT_TIMEOUT, signal } = this.#options;
    const timeout = Math.min(attemptTimeout, this.#left());
    const failure = await post(address, { body, headers, timeout, signal });
    if (failure === undefined) return this.#reached(end);
    // To `fetch` a file that cannot be read is a connection that broke.
    const unreadable = failure.fields.status == null && (await whyUnreadable(this.#file, offset));
    if (unreadable) throw this.#error(unreadable);
    return failure;
  }

  /** The service has so much of the file. */
  async #reached(offset: number): Promise<undefined> {
    if (offset <= this.#farthest) return;
    this.#farthest = offset;
    this.#breaks = 0;
    // What it throws ends the upload.
    const { onProgress, signal } = this.#options;
    await within<unknown>(this.#left(), 0, { asked: (async () => onProgress?.(offset, this.#file.size))(), signal });
  }

  /** Waits after a break, if it is to go on. */
  async #takeBreath({ fields, cause }: Failure): Promise<void> {
    const { resumes = RESUMES, signal } = this.#options;
    throwIfAborted(signal);
    const fail = (why: string) => this.#error({ fields: { ...fields, message: `${why}: ${fields.message}`, hint: LATER }, cause });
    if (++this.#breaks > resumes) throw fail(`it broke off ${this.#breaks} times and got no further`);
    // Never at once: the service may still be storing what came before the break.
    const time = BASE + Math.random() * Math.min(BASE * 2 ** (this.#breaks - 1), CAP);
    if (this.#left() <= time) throw fail(TOO_LATE);
    await within(time, 0, { signal });
  }

  /** Asks one of the caller's functions. */
  async #ask<N extends keyof Hooks<F>>(name: N, about: Parameters<Hooks<F>[N]>[0]): Promise<Answer<F, N> | Refused> {
    const { signal } = this.#options;
    throwIfAborted(signal);
    const failed = (kind: ErrorFields["kind"], why: string, cause?: unknown): Refused => {
      return { failure: { fields: { kind, operation: OPERATIONS[name], message: `${name} failed: ${why}` }, cause } };
    };
    try {
      const asked = (async () => this.#options[name](about as never, { signal }))();
      const time = Math.min(this.#left(), PATIENCE);
      const late = failed("timeout", `no answer within ${time} ms`);
      // What is no object has no members.
      return Object(await within<unknown>(time, late, { asked, signal })) as Answer<F, N>;
    } catch (cause) {
      throwIfAborted(signal);
      const kind = cause instanceof BaijiayunError ? cause.kind : "transport";
      return failed(kind, (cause as Error | undefined)?.message ?? String(cause), cause);
    }
  }

  /** An upload address, if the file may go there. */
  #checked(name: keyof typeof OPERATIONS, address: string): string {
    const refuse = (message: string, hint: string) =>
      this.#error({ fields: { kind: "upload_failed", operation: OPERATIONS[name], message, hint } });
    const { protocol, hostname } = read(address);
    if (protocol === "http:" && this.#options.useHttps !== false && !HERE.test(hostname)) {
      const hint = "have your server ask with use_https: 1";
      throw refuse("the upload address is http, though https was asked for: nothing was sent", hint);
    }
    if (protocol === "http:" || protocol === "https:") return address;
    throw refuse("the upload address is neither https nor http", "give upload_url as it came");
  }

  #unusable(name: keyof typeof OPERATIONS, what: string): BaijiayunError {
    const message = `the answer of ${name} has no usable ${what}`;
    return this.#error({ fields: { kind: "decode", operation: OPERATIONS[name], message } });
  }

  /** Errors name the video, so that its upload can go on or be given up. */
  #error({ fields, cause }: Failure): BaijiayunError {
    const videoId = this.#videoId;
    const message = videoId === undefined ? fields.message : `video ${videoId}: ${fields.message}`;
    return errorOf({ operation: UPLOAD_FILE, ...fields, message }, { cause, videoId });
  }
}

type Hooks<F extends Blob> = Pick<UploadVideoOptions<F>, keyof typeof OPERATIONS>;

type Answer<F extends Blob, N extends keyof Hooks<F>> = Awaited<ReturnType<Hooks<F>[N]>>;

interface Refused {
  failure: Failure;
}

/** Of a number that JavaScript does not keep exactly the last digits are lost. */
function isId(id: unknown): boolean {
  return typeof id === "number" ? Number.isSafeInteger(id) && id >= 0 : /^\d+$/.test(id as string);
}

/** Whether a video of this status has its whole file. */
function hasArrived(status: unknown): boolean {
  return status != null && ![UPLOADING, UPLOAD_TIMED_OUT].includes(Number(status));
}

function read(address: string): { protocol?: string; hostname: string } {
  try {
    return new URL(address);
  } catch {
    return { hostname: "" };
  }
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

/** What is wrong with a value of this type, where it is not of the wrong type. */
const KINDS: Partial<Record<string, Fault["kind"]>> = { undefined: "missing", number: "out_of_range" };

/** Refuses what cannot go well, before anything is asked for. */
function check<F extends Blob>(file: F, options: UploadVideoOptions<F>): void {
  const faults: Fault[] = [];
  const hold = (parameter: string, given: unknown, isRight: unknown, message: string) =>
    isRight || faults.push({ parameter, kind: KINDS[typeof given] ?? "wrong_type", message: `${parameter} ${message}` });
  const { getUploadUrl, getResumeUploadUrl, onProgress, signal, videoId, chunkSize = 1, resumes = 0, attemptTimeout = 1, deadline = 1 } = options ?? {};
  const call = (name: string, given: unknown) => hold(name, given, typeof given === "function", "has to be a function");
  hold("file", file, file instanceof Blob, "is no File or Blob");
  if (videoId == null) call("getUploadUrl", getUploadUrl);
  else hold("videoId", "", isId(videoId), "is no id");
  call("getResumeUploadUrl", getResumeUploadUrl);
  if (onProgress != null) call("onProgress", onProgress);
  if (signal != null) hold("signal", signal, signal.removeEventListener, "is no AbortSignal");
  hold("chunkSize", chunkSize, chunkSize >= 1 && Number.isInteger(chunkSize), "has to be 1 or more");
  hold("resumes", resumes, resumes >= 0, "has to be 0 or more");
  hold("attemptTimeout", attemptTimeout, attemptTimeout > 0, "has to be more than 0");
  hold("deadline", deadline, deadline > 0, "has to be more than 0");
  if (faults.length === 0) return;
  const message = faults.map((fault) => fault.message).join("; ");
  throw errorOf({ kind: "invalid_parameters", operation: "uploadVideo", message, faults });
}

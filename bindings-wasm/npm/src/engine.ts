import { Attempt } from "./attempt.js";
import type { Outgoing } from "./attempt.js";
import { Engine as WasmEngine, quota_script } from "../wasm/baijiayun.js";
import { AnswerError, MisuseError, SigningError, errorOf } from "./errors.js";
import type { BaijiayunError, ErrorFields } from "./errors.js";
import type { FileSource } from "./files.js";
import { brokenBy } from "./http.js";
import type { Answer, HttpExecutor } from "./http.js";
import { chunkBody, multipart } from "./multipart.js";
import type { Chunk, Part } from "./multipart.js";
import { Page } from "./page.js";
import { writeJson, writeParams } from "./params.js";
import { traceOf } from "./resource.js";
import type { CallOptions } from "./resource.js";
import type { Store } from "./store.js";
import type { Departure } from "./types.js";
import type { Meter } from "./uploads.js";
import { abortable, sleep } from "./waits.js";
import { isReady, needReady, ready } from "./wasm.js";

/** What the engine wants done next for a call. */
type Step = SendStep | WaitStep | StoreStep | SignStep | Done | Failed;

interface SendStep extends Outgoing {
  step: "send";
  call: number;
  parts?: Part[];
  chunk?: Chunk;
  /** What only the posts of an upload have: its video, and how many bytes of the file the service has. */
  video_id?: string;
  received?: number;
}

interface WaitStep {
  step: "wait";
  call: number;
  time: number;
}

interface StoreStep {
  step: "store";
  call: number;
  keys: string[];
  args: number[];
}

interface SignStep {
  step: "sign";
  call: number;
  text: string;
}

interface WireTrace {
  attempts: number;
  waited: number;
  store_down?: boolean;
  budget_exhausted?: boolean;
}

/** The step that ends a call that went well. */
export interface Done {
  step: "done";
  trace: WireTrace;
  msg?: string;
  ts?: number | undefined;
  departures?: Departure[];
  page?: { list: string; total: number | null; repeated: boolean; next: string | null };
  data: unknown;
}

interface Failed {
  step: "failed";
  trace: WireTrace;
  video_id?: number;
  error: ErrorFields;
}

/** What became of a step that was not an answer. */
type Event =
  | { event: "elapsed" }
  | { event: "broken"; kind: string; message: string }
  | { event: "store"; wait: number }
  | { event: "store_down" }
  | { event: "signed"; signature: string }
  | { event: "not_signed"; message: string };

/** What some calls need besides parameters and options. */
export interface CallExtras {
  /** Which page of a list: empty for the first, else what the one before named as next. */
  page?: string;
  /** The upload of a video: the file, and how it goes on. */
  upload?: {
    file: FileSource;
    video_id?: string;
    resumes?: number | undefined;
    transcoding?: number | undefined;
    chunk_size?: number | undefined;
    use_https?: boolean | undefined;
  };
  meter?: Meter;
}

/** What the engine does not do itself. */
export interface Ports {
  http: HttpExecutor;
  store: Store | undefined;
  signer: ((text: string) => string | Promise<string>) | undefined;
}

/** A request that is signed and can be sent as it is. */
export interface SignedRequest {
  method: "GET" | "POST";
  /** The address, with the query of a GET. */
  url: string;
  headers: Record<string, string>;
  /** The form; a GET has none. */
  body: string | undefined;
}

/** Carries out what the engine says, call by call. */
export class Driver {
  /** Holds the key. */
  readonly #config: string;
  readonly #ports: Ports;
  #engine: WasmEngine | undefined;
  #page: Page | undefined;

  constructor(config: string, ports: Ports) {
    this.#config = config;
    this.#ports = ports;
  }

  /** @internal The engine; the WebAssembly must be there. */
  engine(): WasmEngine {
    if (this.#engine === undefined) {
      this.#engine = new WasmEngine(this.#config);
      this.#page = new Page(this.#engine);
    }
    return this.#engine;
  }

  /** Makes a call. Its data are returned, all of the answer is put into `answer`. */
  async call(
    name: string,
    params: object | undefined,
    options: CallOptions | undefined,
    answer: { done?: Done },
    also?: CallExtras,
  ): Promise<unknown> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    if (!isReady()) await abortable(ready(), signal);
    const engine = this.engine();
    const page = this.#page!;
    const written = writeParams(name, params);
    const files = also?.upload ? new Map([[UPLOADED, also.upload.file]]) : written.files;
    if (files) await Promise.all(Array.from(files.values(), (file) => file.measure()));
    const wanted = options || also || files ? writeOptions(name, options, also, files) : "";
    let now: number | undefined = ticks();
    let step = read(page, engine.begin(page.write(`${name}\n${wanted}\n${written.text}`), unix(), now, random()));
    let cause: unknown;
    try {
      for (;;) {
        signal?.throwIfAborted();
        switch (step.step) {
          case "done":
            answer.done = step;
            also?.meter?.ended();
            return step.data;
          case "failed":
            throw failure(step, cause);
          case "send": {
            let response: Answer;
            try {
              const attempt = new Attempt(step);
              if (step.received !== undefined) also?.meter?.received(step.received, step.video_id);
              if (step.parts) await attach(attempt, step.parts, files, also?.meter);
              else if (step.chunk) await attachChunk(attempt, step.chunk, files!, also?.meter);
              response = await attempt.answer(this.#ports.http, now ?? ticks(), signal, also?.meter);
            } catch (error) {
              signal?.throwIfAborted();
              cause = error;
              step = this.#tell(step.call, broken(error, step, name), (now = ticks()));
              break;
            }
            cause = undefined;
            const { status, retryAfter, body } = response;
            const length = typeof body === "string" ? page.write(body) : page.writeBytes(body);
            step = read(page, engine.answer(length, step.call, status, retryAfter));
            // The engine itself looks at the clock, if it has to.
            now = undefined;
            break;
          }
          case "wait":
            await sleep(step.time, signal);
            step = this.#tell(step.call, { event: "elapsed" }, (now = ticks()));
            break;
          case "store":
            step = this.#tell(step.call, await abortable(this.#ask(step), signal), (now = ticks()));
            break;
          case "sign":
            step = this.#tell(step.call, await abortable(this.#sign(step.text), signal), (now = ticks()));
            break;
        }
      }
    } catch (error) {
      if ("call" in step) engine.cancel(step.call);
      throw error;
    }
  }

  /** What a call sends, signed but not sent. */
  build(name: string, params: object | undefined, options: CallOptions | undefined): SignedRequest {
    needReady("client.request");
    const engine = this.engine();
    const page = this.#page!;
    const { text, files } = writeParams(name, params);
    const wanted = options ? writeOptions(name, options, undefined, files) : "";
    const step = read(page, engine.request(page.write(`${name}\n${wanted}\n${text}`), unix()));
    if (step.step === "failed") throw failure(step, undefined);
    const { method, url, headers, form, parts } = step as SendStep;
    if (!parts) return { method, url, headers, body: form };
    const message = "a request with files is made while it is sent: call the operation";
    throw new MisuseError({ kind: "misuse", operation: name, message });
  }

  /** Has a text signed by the client's signer. */
  async signature(text: string): Promise<string> {
    const event = await this.#sign(text);
    if (event.event === "signed") return event.signature;
    throw new SigningError({ kind: "signing", message: event.message });
  }

  #tell(call: number, event: Event, now: number): Step {
    const page = this.#page!;
    return read(page, this.engine().resume(page.write(JSON.stringify(event)), call, unix(), now, random()));
  }

  async #ask({ keys, args }: StoreStep): Promise<Event> {
    try {
      const wait = await this.#ports.store!.evaluate(quota_script(), keys, args);
      return { event: "store", wait };
    } catch {
      return { event: "store_down" };
    }
  }

  async #sign(text: string): Promise<Event & { event: "signed" | "not_signed" }> {
    try {
      const signature: unknown = await this.#ports.signer!(text);
      if (typeof signature === "string") return { event: "signed", signature };
      return { event: "not_signed", message: "the signer returned no text" };
    } catch (error) {
      return { event: "not_signed", message: (error as Error | undefined)?.message || String(error) };
    }
  }
}

/** Puts a form with files into a request. */
async function attach(
  request: Attempt,
  parts: Part[],
  files: Map<string, FileSource> | undefined,
  meter: Meter | undefined,
): Promise<void> {
  meter?.begin(0);
  const form = await multipart(parts, files, meter && ((bytes) => meter.moved(bytes)));
  request.body = form.body;
  // Node's fetch keeps a copy of every stream that it may have to send again elsewhere: of the whole file.
  if (form.body instanceof ReadableStream) request.redirect = "error";
  request.headers["content-type"] = form.contentType;
  if (form.length !== undefined) request.headers["content-length"] = String(form.length);
  if (meter?.isWatched) request.onProgress = (sent) => meter.reached(sent - form.fileAt);
}

/** Puts a chunk of a file into a request. */
async function attachChunk(
  request: Attempt,
  chunk: Chunk,
  files: Map<string, FileSource>,
  meter: Meter | undefined,
): Promise<void> {
  meter?.begin(chunk.offset);
  request.body = await chunkBody(files.get(chunk.source)!, chunk, meter && ((bytes) => meter.moved(bytes)));
  if (request.body instanceof ReadableStream) request.redirect = "error";
  request.headers["content-length"] = String(chunk.length);
  if (meter?.isWatched) request.onProgress = (sent) => meter.reached(sent);
}

/** The name by which the engine asks for the file of an upload. */
const UPLOADED = "0";

/** Unix seconds; the engine takes the whole of them. */
const unix = () => Date.now() / 1000;
const ticks = () => performance.now();
const random = () => Math.random() * 2 ** 53;

/** The step that the engine has put on the page: those of every call in numbers and text, any other as JSON. */
function read(page: Page, length: number): Step {
  const text = page.read(length);
  switch (page.number(0)) {
    case 1: {
      const formEnd = page.number(3);
      return {
        step: "send",
        call: page.number(1),
        timeout: page.number(2),
        method: "POST",
        url: text.slice(formEnd),
        headers: { accept: JSON_TYPE, "content-type": FORM_TYPE },
        form: text.slice(0, formEnd),
      };
    }
    case 2:
      return {
        step: "send",
        call: page.number(1),
        timeout: page.number(2),
        method: "GET",
        url: text,
        headers: { accept: JSON_TYPE },
      };
    case 3: {
      const ts = page.number(3);
      const flags = page.number(4);
      return {
        step: "done",
        trace: {
          attempts: page.number(1),
          waited: page.number(2),
          store_down: (flags & 1) > 0,
          budget_exhausted: (flags & 2) > 0,
        },
        ts: ts === ts ? ts : undefined,
        data: JSON.parse(text) as unknown,
      };
    }
    default:
      return JSON.parse(text) as Step;
  }
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

function failure(step: Failed, cause: unknown): BaijiayunError {
  const videoId = step.video_id === undefined ? undefined : String(step.video_id);
  return errorOf(step.error, { trace: traceOf(step.trace), cause, videoId });
}

function broken(error: unknown, step: SendStep, operation: string): Event {
  const { kind, message } = brokenBy(error, step.url);
  if (kind === "too_large") {
    const hint = "ask for fewer rows at a time";
    throw new AnswerError({ kind, operation, message, hint });
  }
  return { event: "broken", kind, message };
}

function writeOptions(
  operation: string,
  options: CallOptions | undefined,
  also: CallExtras | undefined,
  files: Map<string, FileSource> | undefined,
): string {
  const upload = also?.upload;
  // What can be read only once cannot be sent again.
  const once = files && !upload && Array.from(files.values()).some((file) => !file.reopens);
  return JSON.stringify({
    retry: options?.retry ?? (once ? "never" : undefined),
    attempts: options?.attempts,
    attempt_timeout: options?.attemptTimeout,
    deadline: options?.deadline,
    priority: options?.priority,
    extra: options?.extra && (JSON.parse(writeJson(operation, options.extra).text) as unknown),
    page: also?.page,
    upload: upload && { ...upload, file: { name: upload.file.name, size: upload.file.size, source: UPLOADED } },
  });
}

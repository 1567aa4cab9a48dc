import { onAbort, throwIfAborted } from "./aborts.js";
import { Attempt } from "./attempt.js";
import type { Outgoing } from "./attempt.js";
import { AnswerError, BaijiayunError, ClosedError, MisuseError, SigningError, errorOf } from "./errors.js";
import type { ErrorContext, ErrorFields } from "./errors.js";
import { Course } from "./events.js";
import type { CallEvent } from "./events.js";
import type { FileSource } from "./files.js";
import { Unread, brokenBy, headersIn, shown } from "./http.js";
import type { Answer, HttpExecutor } from "./http.js";
import { withVideo } from "./ids.js";
import type { Meter } from "./meter.js";
import { chunkBody, multipart } from "./multipart.js";
import type { Chunk, Part } from "./multipart.js";
import { named, wordsOf } from "./named.js";
import { inJavaScript, plain, readOptions, said } from "./options.js";
import type { AskedOptions } from "./options.js";
import { Page } from "./page.js";
import { writeParams } from "./params.js";
import type { WrittenParams } from "./params.js";
import { legible } from "./reading.js";
import type { Store } from "./store.js";
import { traceOf } from "./trace.js";
import type { Departure, WireTrace } from "./trace.js";
import { abortable, within } from "./waits.js";
import { another, current, isReady, needReady, ready } from "./wasm.js";
import type { Instance, WasmEngine } from "./wasm.js";

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
  why?: string;
  /** What came before it and is tried again. */
  failed?: { kind: string; code?: number | null };
}

interface StoreStep {
  step: "store";
  call: number;
  timeout: number;
  keys: string[];
  args: number[];
}

interface SignStep {
  step: "sign";
  call: number;
  timeout: number;
  text: string;
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
  | { event: "not_signed"; message: string }
  | { event: "late" | "too_large" | "closed" }
  | { event: "redirect"; status: number; location: string };

/** A call as it was asked for: a copy, so that what the caller changes later does not reach it. */
export interface Asked extends WrittenParams {
  name: string;
  options: AskedOptions | undefined;
}

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
  onEvent: ((event: CallEvent) => void) | undefined;
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

/** What stops an attempt of a client that is closed. */
const CLOSED = new DOMException("the client was closed", "AbortError");

/** Carries out what the engine says, call by call. */
export class Driver {
  /** Holds the key. */
  readonly #config: string;
  readonly #ports: Ports;
  #instance: Instance | undefined;
  #engine: WasmEngine | undefined;
  #page: Page | undefined;
  /** What ends the waits of calls: for a time, a store, a signer. */
  readonly #waits = new Set<(event: Event) => void>();
  readonly #flying: Attempt[] = [];
  #calls = 0;
  #isClosed = false;
  /** Those who wait for the last call to end. */
  readonly #closing: (() => void)[] = [];

  constructor(config: string, ports: Ports) {
    this.#config = config;
    this.#ports = ports;
  }

  /** @internal The engine; the WebAssembly must be there. It is made anew after one that broke. */
  engine(): WasmEngine {
    const instance = current();
    if (this.#instance !== instance) {
      this.#instance = instance;
      this.#engine = new instance.glue.Engine(this.#config);
      if (this.#isClosed) this.#engine.stop_sending();
      this.#page = new Page(this.#engine, instance);
    }
    return this.#engine!;
  }

  /** Closes the client when the signal is aborted. The signal may outlive the client: it does not keep it. */
  closeBy(signal: AbortSignal): void {
    if (signal.aborted) return void this.close(0);
    const driver = new WeakRef(this);
    onAbort(signal, () => void driver.deref()?.close(0));
  }

  /** Reads what a call is asked with. */
  ask(name: string, params: unknown, options: unknown): Asked {
    // What follows a line break would be read as options; a blank is refused as well.
    name = (typeof name === "string" ? name : named(name)).replaceAll("\n", " ");
    const { text, files } = writeParams(name, params);
    return { name, text, files, options: readOptions(name, options) };
  }

  /** Makes a call. Its data are returned, all of the answer is put into `answer`. */
  call(asked: Asked, answer: { done?: Done }, also?: CallExtras): Promise<unknown> {
    const { onEvent } = this.#ports;
    return onEvent ? this.#observed(asked, answer, also, new Course(asked.name, onEvent)) : this.#run(asked, answer, also, undefined);
  }

  async #observed(asked: Asked, answer: { done?: Done }, also: CallExtras | undefined, course: Course): Promise<unknown> {
    try {
      const data = await this.#run(asked, answer, also, course);
      course.done();
      return data;
    } catch (error) {
      if (error instanceof BaijiayunError) course.done(error.kind, error.code);
      else course.done("cancelled");
      throw error;
    }
  }

  async #run(
    { name, text, files: given, options }: Asked,
    answer: { done?: Done },
    also: CallExtras | undefined,
    course: Course | undefined,
  ): Promise<unknown> {
    const signal = options?.signal;
    const meter = also?.meter;
    throwIfAborted(signal);
    if (!isReady()) await abortable(ready(), signal);
    const engine = this.engine();
    const page = this.#page!;
    const instance = this.#instance!;
    const files = also?.upload ? new Map([[UPLOADED, also.upload.file]]) : given;
    if (files) await abortable(Promise.all(Array.from(files.values(), (file) => file.measure())), signal);
    const wanted = options || also || files ? writeOptions(options, also, files) : "";
    let now: number | undefined = ticks();
    let step: Step | undefined;
    let cause: unknown;
    /** The last answer, as long as nothing else happened. */
    let last: Answer | undefined;
    this.#calls++;
    try {
      step = read(page, engine.begin(page.write(`${name}\n${wanted}\n${text}`), unix(), now, random()));
      for (;;) {
        throwIfAborted(signal);
        meter?.throwIfFailed();
        switch (step.step) {
          case "done":
            answer.done = step;
            await meter?.ended();
            return step.data;
          case "failed":
            throw failure(step, { cause, ...(last && { headers: headersIn(last.headers), retryAfter: instance.retryAfter(last.retryAfter) }) });
          case "send": {
            let response: Answer;
            const attempt = new Attempt(step);
            attempt.join(this.#flying);
            last = undefined;
            try {
              if (step.received !== undefined) meter?.received(step.received, step.video_id);
              meter?.throwIfFailed();
              if (step.parts) await abortable(attach(attempt, step.parts, files, meter), signal);
              else if (step.chunk) await abortable(attachChunk(attempt, step.chunk, files!, meter), signal);
              course?.request(step.parts ? undefined : (step.chunk?.length ?? lengthOf(step.form)));
              response = await attempt.answer(this.#ports.http, now ?? ticks(), signal, meter);
            } catch (thrown) {
              throwIfAborted(signal);
              meter?.throwIfFailed();
              const error = legible(thrown);
              if (error instanceof MisuseError) throw misused(name, error);
              cause = error instanceof Unread || error === CLOSED ? (error as Error).cause : shown(error, step);
              const event = broken(error, step);
              if (course) observe(course, event);
              step = this.#tell(step.call, event, (now = ticks()));
              break;
            } finally {
              attempt.leave(this.#flying);
            }
            cause = undefined;
            last = response;
            const { status, body } = response;
            course?.answered(status, typeof body === "string" ? lengthOf(body) : body.length);
            const retryAfter = instance.retryAfter(response.retryAfter) ?? -1;
            // The answer to a post of a file is short.
            const isLong = body.length > LONG && typeof body !== "string" && !files;
            const apart = isLong ? await this.#readApart(name, `${name}\n${wanted}\n${text}`, status, body) : undefined;
            const told = apart?.short ?? body;
            const length = typeof told === "string" ? page.write(told) : page.writeBytes(told);
            const next = read(page, engine.answer(length, step.call, status, retryAfter));
            // The engine itself looks at the clock, if it has to.
            now = undefined;
            // If the call ends, it ends as the other engine says.
            step = apart && "trace" in next ? ({ ...next, ...apart.step, trace: next.trace } as Step) : next;
            break;
          }
          case "wait":
            course?.waits(step.why, step.time, step.failed);
            step = this.#tell(step.call, await this.#wait(step.time, ELAPSED, undefined, signal), (now = ticks()));
            break;
          case "store": {
            const event: Event = await this.#wait(step.timeout, LATE, this.#ask(step), signal);
            if (event.event === "store_down" || event.event === "late") course?.storeDown();
            step = this.#tell(step.call, event, (now = ticks()));
            break;
          }
          case "sign":
            step = this.#tell(
              step.call,
              await this.#wait(step.timeout, LATE, this.#sign(step.text), signal),
              (now = ticks()),
            );
            break;
        }
      }
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        instance.isBroken = true;
        throw stopped(name, error);
      }
      if (step && "call" in step && !instance.isBroken) engine.cancel(step.call);
      // Whoever breaks an upload off, by the signal or in a function of theirs, is told which video it was.
      throw meter && !(error instanceof BaijiayunError) ? withVideo(error, meter.videoId) : error;
    } finally {
      if (--this.#calls === 0) for (const ended of this.#closing.splice(0)) ended();
    }
  }

  /** What a call sends, signed but not sent. */
  build({ name, text, files, options }: Asked): SignedRequest {
    needReady("client.request");
    const engine = this.engine();
    const page = this.#page!;
    const wanted = options ? writeOptions(options, undefined, files) : "";
    const step = read(page, engine.request(page.write(`${name}\n${wanted}\n${text}`), unix()));
    if (step.step === "failed") throw failure(step, {});
    const { method, url, headers, form, parts } = step as SendStep;
    if (!parts) return { method, url, headers, body: form };
    const message = "a request with files is made while it is sent: call the operation";
    throw new MisuseError({ kind: "misuse", operation: name, message });
  }

  /** Has a text signed by the client's signer, within so many milliseconds. */
  async signature(text: string, time: number): Promise<string> {
    const late = { event: "not_signed", message: `the signer gave no answer within ${time} ms` } as const;
    const event = await this.#wait(time, late, this.#sign(text), undefined);
    if (event.event === "signed") return event.signature;
    if (event.event === "not_signed") throw new SigningError({ kind: "signing", message: event.message });
    throw new ClosedError({ kind: "closed", message: "the client was closed; nothing was sent" });
  }

  /** Ends calls that wait, and after so many milliseconds those under way. Nothing is sent any more. */
  async close(time: number): Promise<void> {
    if (!this.#isClosed) this.#engine?.stop_sending();
    this.#isClosed = true;
    for (const end of this.#waits) end({ event: "closed" });
    if (this.#calls === 0) return;
    const ended = new Promise<boolean>((resolve) => this.#closing.push(() => resolve(true)));
    if (await within(time, false, { asked: ended })) return;
    for (const attempt of [...this.#flying]) attempt.stop(CLOSED);
    await ended;
  }

  /** Reads a long answer in an instance of its own, which ends with it: the memory of WebAssembly never shrinks. */
  async #readApart(
    operation: string,
    call: string,
    status: number,
    body: Uint8Array,
  ): Promise<{ step: Done | Failed; short: Uint8Array }> {
    const instance = await another();
    const engine = new instance.glue.Engine(this.#config);
    const page = new Page(engine, instance);
    try {
      const step = read(page, engine.read_for_another(call, page.writeBytes(body), status)) as Done | Failed;
      return { step, short: engine.short_answer() };
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      const message = `there is not enough memory to read the answer of ${body.length} bytes`;
      throw new AnswerError({ kind: "too_large", operation, message, hint: "ask for fewer rows at a time" }, { cause: error });
    }
  }

  #wait<E extends Event>(
    time: number,
    late: E,
    asked: Promise<E> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Event> {
    if (this.#isClosed) return Promise.resolve({ event: "closed" });
    const { promise, resolve } = withResolvers<Event>();
    this.#waits.add(resolve);
    return within(time, late, { asked: asked ? Promise.race([asked, promise]) : promise, signal }).finally(() =>
      this.#waits.delete(resolve),
    );
  }

  #tell(call: number, event: Event, now: number): Step {
    const page = this.#page!;
    return read(page, this.engine().resume(page.write(JSON.stringify(event)), call, unix(), now, random()));
  }

  async #ask({ keys, args }: StoreStep): Promise<Event> {
    try {
      const script = current().glue.quota_script();
      const wait: unknown = await this.#ports.store!.evaluate(script, keys, args);
      // What is no number from 0 up is as good as no answer.
      return Number.isInteger(wait) && (wait as number) >= 0 ? { event: "store", wait: wait as number } : { event: "store_down" };
    } catch {
      return { event: "store_down" };
    }
  }

  async #sign(text: string): Promise<Event> {
    try {
      const signature: unknown = await this.#ports.signer!(text);
      if (typeof signature === "string") return { event: "signed", signature };
      return { event: "not_signed", message: "the signer gave nothing, not a signature of 32 hex digits in lower case" };
    } catch (error) {
      return { event: "not_signed", message: wordsOf(error) || "the signer failed" };
    }
  }
}

/** Answers of more bytes are read apart from the engine. */
const LONG = 1 << 20;

/** As Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  return { promise: new Promise<T>((settle) => (resolve = settle)), resolve };
}

const ELAPSED = { event: "elapsed" } as const;
const LATE = { event: "late" } as const;

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
  if ("getReader" in form.body) request.redirect = "error";
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
  if ("getReader" in request.body) request.redirect = "error";
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
        max_answer: page.number(4),
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
        max_answer: page.number(4),
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

function failure(step: Failed, context: ErrorContext): BaijiayunError {
  const videoId = step.video_id === undefined ? undefined : String(step.video_id);
  return errorOf(inOurNames(step.error), { trace: traceOf(step.trace), videoId, ...context });
}

/** An executor that cannot work, in which call. */
function misused(operation: string, { reason, hint, cause }: MisuseError): MisuseError {
  return new MisuseError({ kind: "misuse", operation, message: reason, hint }, { cause });
}

/** How many bytes of UTF-8 a text has. A form is ASCII. */
function lengthOf(text = ""): number {
  let length = text.length;
  for (const { length: units, 0: first } of text.match(/[^\0-\x7f]/gu) ?? []) length += units === 2 ? 2 : first! < "\u0800" ? 1 : 2;
  return length;
}

function observe(course: Course, event: Event): void {
  if (event.event === "redirect") course.redirected(event.status);
  else if (event.event === "broken") course.unanswered(event.kind as "transport");
  else course.unanswered(event.event === "too_large" ? "too_large" : event.event === "late" ? "timeout" : "closed");
}

/** What is wrong with settings and options, by the names that they have here. What the service says stays as it is. */
function inOurNames(error: ErrorFields): ErrorFields {
  const isOfSettings = error.kind === "invalid_account" || error.kind === "too_large";
  if (!isOfSettings && !(error.kind === "invalid_parameters" && !error.faults?.length)) return error;
  const { message, text, hint } = error;
  return {
    ...error,
    message: inJavaScript(message),
    ...(text !== undefined && { text: inJavaScript(text) }),
    ...(hint && { hint: inJavaScript(hint) }),
  };
}

/** The engine stopped in the middle: there was no memory left, or it has a fault. The next call gets a new one. */
function stopped(operation: string, cause: WebAssembly.RuntimeError): MisuseError {
  const message = `the engine stopped (${cause.message}), for want of memory as a rule; the next call gets a new one`;
  const hint = "the service may have carried out the call; look before you repeat one that changes something";
  return new MisuseError({ kind: "misuse", operation, message, hint }, { cause });
}

function broken(error: unknown, step: SendStep): Event {
  if (error instanceof Unread) return error.event;
  if (error === CLOSED) return { event: "closed" };
  const { kind, message } = brokenBy(error, step);
  return kind === "too_large" ? { event: "too_large" } : { event: "broken", kind, message };
}

function writeOptions(
  options: AskedOptions | undefined,
  also: CallExtras | undefined,
  files: Map<string, FileSource> | undefined,
): string {
  const upload = also?.upload;
  // What can be read only once cannot be sent again.
  const once = files && !upload && Array.from(files.values()).some((file) => !file.reopens);
  const json = JSON.stringify({
    retry: plain(options?.retry) ?? (once ? "never" : undefined),
    attempts: said(options?.attempts),
    attempt_timeout: said(options?.attemptTimeout),
    deadline: said(options?.deadline),
    max_answer: said(options?.maxAnswer),
    strict: plain(options?.strict),
    priority: plain(options?.priority),
    page: also?.page,
    upload: upload && {
      ...upload,
      resumes: said(upload.resumes),
      transcoding: said(upload.transcoding),
      chunk_size: said(upload.chunk_size),
      use_https: plain(upload.use_https),
      file: { name: upload.file.name, size: upload.file.size, source: UPLOADED },
    },
  });
  // It is JSON already.
  return options?.extra === undefined ? json : `${json.slice(0, -1)}${json === "{}" ? "" : ","}"extra":${options.extra}}`;
}

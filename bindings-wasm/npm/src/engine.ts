// The driver of calls: it carries out what the engine in the WebAssembly says.
import { onAbort, throwIfAborted } from "./aborts.js";
import { attach, attachChunk } from "./attach.js";
import { Attempt } from "./attempt.js";
import { AnswerError, BaijiayunError, ClosedError, MisuseError, SigningError } from "./errors.js";
import { Course } from "./events.js";
import type { CallEvent } from "./events.js";
import { UPLOADED, writeOptions } from "./extras.js";
import type { CallExtras } from "./extras.js";
import { CLOSED, broken, failure, misused, stopped } from "./failures.js";
import { Unread, headersIn, shown } from "./http.js";
import type { Answer, HttpExecutor } from "./http.js";
import { withVideo } from "./ids.js";
import { named, wordsOf } from "./named.js";
import { readOptions } from "./options.js";
import type { AskedOptions } from "./options.js";
import { Page } from "./page.js";
import { writeParams } from "./params.js";
import type { WrittenParams } from "./params.js";
import { legible } from "./reading.js";
import { read } from "./steps.js";
import type { Done, Event, Failed, SendStep, Step, StoreStep } from "./steps.js";
import type { Store } from "./store.js";
import { abortable, within } from "./waits.js";
import { another, current, isReady, needReady, ready } from "./wasm.js";
import type { Instance, WasmEngine } from "./wasm.js";

/** A call as it was asked for: a copy, so that what the caller changes later does not reach it. */
export interface Asked extends WrittenParams {
  name: string;
  options: AskedOptions | undefined;
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
            throw failure(step, { cause, ...(last && { headers: headersIn(last.headers) }) });
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

/** Unix seconds; the engine takes the whole of them. */
const unix = () => Date.now() / 1000;
const ticks = () => performance.now();
const random = () => Math.random() * 2 ** 53;

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

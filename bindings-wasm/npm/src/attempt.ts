// One request, sent once: with its time, its signal, and what is known of its progress.
import { onAbort } from "./aborts.js";
import { setAlarm } from "./alarm.js";
import type { Alarm } from "./alarm.js";
import { readAnswer } from "./http.js";
import type { Answer, HttpExecutor, HttpRequest } from "./http.js";
import type { Meter } from "./meter.js";
import { platform } from "./platform.js";

/** What is sent, and how long its answer is waited for. */
export interface Outgoing {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  form?: string | undefined;
  timeout: number;
  /** Most bytes to read of its answer. */
  max_answer: number;
}

/** Sends one request, once. It is also the request that the executor gets, so that nothing else need be made. */
export class Attempt implements HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Record<string, string>;
  body: string | Blob | ReadableStream<Uint8Array>;
  readonly timeout: number;
  readonly #maxAnswer: number;
  redirect: "manual" | "error" = "manual";
  readonly duplex = "half";
  onProgress: HttpRequest["onProgress"] = undefined;
  declare readonly signal: AbortSignal;
  #abort: AbortController | undefined;
  #resolve: ((answer: Answer) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  #heed: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  #alarm: Alarm | undefined;
  #isOver = false;
  #place = 0;

  /**
   * A signal costs as much as a signature: it is made for those that look at it. It is the request's own, so that
   * `{ ...request }` has it; and one getter for all, since to the runtime objects with others are all different.
   */
  static readonly #signal: PropertyDescriptor & ThisType<Attempt> = {
    enumerable: true,
    get() {
      return this.#aborting().signal;
    },
  };

  constructor(outgoing: Outgoing) {
    this.method = outgoing.method;
    this.url = outgoing.url;
    this.headers = outgoing.headers;
    if (platform.userAgent !== undefined) this.headers["user-agent"] = platform.userAgent;
    // To `fetch` undefined is none; its types say so only of what is absent.
    this.body = outgoing.form!;
    this.timeout = outgoing.timeout;
    this.#maxAnswer = outgoing.max_answer;
    Object.defineProperty(this, "signal", Attempt.#signal);
  }

  /** The answer, within the time of the request and as long as nobody gives up. `now` is in ticks. */
  answer(http: HttpExecutor, now: number, signal: AbortSignal | undefined, meter: Meter | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return reject(this.#abort!.signal.reason as Error);
      if (signal?.aborted) return reject(signal.reason as Error);
      this.#resolve = resolve;
      this.#reject = reject;
      this.#alarm = setAlarm(this, now + this.timeout, now);
      this.#unwatch = meter?.watch((reason) => this.stop(reason));
      if (signal) this.#heed = onAbort(signal, () => this.stop(signal.reason));
      try {
        Promise.resolve(http(this)).then(
          (response) => this.#read(response),
          (error: unknown) => this.#fail(error),
        );
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Stands among those under way. (A Set would cost a twentieth of the call.) */
  join(others: Attempt[]): void {
    this.#place = others.push(this) - 1;
  }

  leave(others: Attempt[]): void {
    const last = others.pop()!;
    if (last === this) return;
    others[this.#place] = last;
    last.#place = this.#place;
  }

  /** Time is up. */
  late(): void {
    this.stop(new DOMException(`no answer within ${this.timeout} ms`, "TimeoutError"));
  }

  stop(reason: unknown): void {
    this.#fail(reason);
    this.#aborting().abort(reason);
  }

  #aborting(): AbortController {
    return (this.#abort ??= platform.aborting?.() ?? new AbortController());
  }

  #read(response: unknown): void {
    // Whatever comes too late is not taken.
    if (this.#isOver) return;
    try {
      const answer = readAnswer(response, this.#maxAnswer, () => this.#isOver);
      if (!(answer instanceof Promise)) return this.#succeed(answer);
      answer.then(
        (answer) => this.#succeed(answer),
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #succeed(answer: Answer): void {
    this.#over();
    this.#resolve!(answer);
  }

  #fail(reason: unknown): void {
    this.#over();
    this.#reject?.(reason);
  }

  #over(): void {
    this.#isOver = true;
    this.#alarm?.clear();
    this.#unwatch?.();
    this.#heed?.();
  }
}

// What others put into Object.prototype must not reach a request: `fetch` looks for all that it takes.
Object.setPrototypeOf(Attempt.prototype, null);

// What `onEvent` is told of a call. (Callbacks are in callbacks.ts.)
import type { Broken } from "./http.js";
import { report } from "./report.js";

/** What {@link ClientOptions.onEvent} is told. It holds no address, no parameters and no text of the service. */
export interface CallEvent {
  /**
   * `request`: one is about to be sent. `answer`: what became of it. `retry`: it failed and will be tried again.
   * `wait`: a limit makes the call wait, or an upload does between breaks. `store_down`: the store does not answer.
   * `done`: the call is over.
   */
  kind: "request" | "answer" | "retry" | "wait" | "store_down" | "done";
  /** The operation, for example `room.create`; the path of `callPath`; `video.upload` for all of an upload. */
  operation: string;
  /** How many requests the call has sent so far, this one included; in `done` all of them. */
  attempt: number;
  /** Bytes of the body: of the request (not said of a form with files), or of the answer, decoded. */
  bytes?: number;
  /** Milliseconds: in `answer` since its request, in `done` of the whole call. */
  duration?: number;
  /** The HTTP status of the last answer. */
  status?: number;
  /** The service's code, where it is not that of success. */
  code?: number;
  /**
   * In `answer` why there is none; in `retry` the kind of the failure; in `wait` `quota` or `upload`; in `done` the kind
   * of the error, or `cancelled`.
   */
  why?: string;
  /** Milliseconds that it is going to wait, in `retry` and `wait`. */
  wait?: number;
}

/** What stays the same in the events of a call, and what they have to remember. */
export class Course {
  readonly #tell: (event: CallEvent) => void;
  readonly #operation: string;
  readonly #begun = performance.now();
  #attempt = 0;
  #sent = 0;
  #status: number | undefined;

  constructor(operation: string, tell: (event: CallEvent) => void) {
    this.#tell = tell;
    // Of a path that the description lacks the engine is told the method too.
    this.#operation = operation.replace(/^\S* (?=\/)/, "");
  }

  request(bytes: number | undefined): void {
    this.#attempt++;
    this.#status = undefined;
    this.#sent = performance.now();
    this.#say({ kind: "request", ...(bytes !== undefined && { bytes }) });
  }

  answered(status: number, bytes: number): void {
    this.#status = status;
    this.#say({ kind: "answer", bytes, duration: performance.now() - this.#sent, status });
  }

  /** There was an answer that is not read further: a redirect. */
  redirected(status: number): void {
    this.#status = status;
    this.#say({ kind: "answer", duration: performance.now() - this.#sent, status });
  }

  unanswered(kind: Broken["kind"] | "closed"): void {
    const why = kind === "tls" || kind === "unsendable" ? "connect" : kind;
    this.#say({ kind: "answer", duration: performance.now() - this.#sent, why });
  }

  waits(why: string | undefined, wait: number, failed: { kind: string; code?: number | null } | undefined): void {
    if (why === "quota" || why === "upload") return this.#say({ kind: "wait", why, wait });
    const { kind = why, code } = failed ?? {};
    this.#say({ kind: "retry", ...this.#answer(code), ...(kind !== undefined && { why: kind }), wait });
  }

  storeDown(): void {
    this.#say({ kind: "store_down" });
  }

  done(why?: string, code?: number | null): void {
    const duration = performance.now() - this.#begun;
    this.#say({ kind: "done", duration, ...this.#answer(code), ...(why !== undefined && { why }) });
  }

  #answer(code: number | null | undefined): { status?: number; code?: number } {
    return { ...(this.#status !== undefined && { status: this.#status }), ...(code != null && { code }) };
  }

  #say(event: Omit<CallEvent, "operation" | "attempt">): void {
    const { kind, ...more } = event;
    try {
      const told: unknown = this.#tell({ kind, operation: this.#operation, attempt: this.#attempt, ...more });
      // It is not waited for; but what an async function throws would end the process.
      if (typeof told === "object") Promise.resolve(told).catch((error: unknown) => report("onEvent threw", error));
    } catch (error) {
      report("onEvent threw", error);
    }
  }
}

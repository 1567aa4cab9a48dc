// What the generated resources are made of: a call, and a list with its pages.
import type { Asked, Driver } from "./engine.js";
import type { CallExtras } from "./extras.js";
import type { CallOptions } from "./options.js";
import type { Done } from "./steps.js";
import { traceOf } from "./trace.js";
import type { Departure, Trace } from "./trace.js";

export type { CallOptions } from "./options.js";

/** What makes calls: the client, to its resources. */
export type Caller = Pick<Driver, "ask" | "call">;

/** The answer to a call with what is known about it. */
export interface CallDetails<T> {
  /** The data, as the promise itself gives them. */
  data: T;
  /** The service's message, usually empty. */
  msg: string;
  /** When the service answered, unix seconds. */
  ts: number | null;
  /** Values that are not what the documents describe, and so are not in the data. */
  departures: Departure[];
  /** How the call went. */
  trace: Trace;
}

/** A page of a list. */
export interface Page<T, Row> {
  /** The data of the page, as a single call answers with them. */
  data: T;
  /** The rows in them. */
  rows: Row[];
  /** How many rows there are in all, if the service says so. */
  total: number | null;
}

const box = Symbol("answer");

interface Box {
  done?: Done;
}

/** The data of the answer, and with {@link CallPromise.withDetails} what is known about it. */
export class CallPromise<T> extends Promise<T> {
  /** @internal */
  declare [box]: Box;

  /** The answer with the service's message and time, departures from the documents, and how the call went. */
  async withDetails(): Promise<CallDetails<T>> {
    const data = await this;
    const { msg = "", ts = null, departures = [], trace } = this[box].done!;
    return { data, msg, ts, departures, trace: traceOf(trace) };
  }
}

// To the language it is a plain promise: `await` takes it as it is, stack traces reach the caller, and `then` makes a
// plain promise.
Object.defineProperty(CallPromise.prototype, "constructor", { value: Promise });

/** One call, begun at once. */
export function call<T>(
  caller: Caller,
  name: string,
  params: object | undefined,
  options: CallOptions | undefined,
  also?: () => CallExtras,
): CallPromise<T> {
  const answer: Box = {};
  let promise: Promise<unknown>;
  try {
    promise = caller.call(caller.ask(name, params, options), answer, also?.());
  } catch (error) {
    promise = Promise.reject(error);
  }
  const dressed = Object.setPrototypeOf(promise, CallPromise.prototype) as CallPromise<T>;
  dressed[box] = answer;
  return dressed;
}

/** Makes the calls of a list. */
type Ask = (answer: Box, page: string | undefined) => Promise<unknown>;

/**
 * The data of one page, those that the parameters name. With `for await` the rows of that page and all that follow:
 *
 * ```
 * const rooms = await client.room.list({ page: 2, limit: 100 });
 * for await (const room of client.room.list({ limit: 100 })) console.log(room.title);
 * ```
 *
 * Nothing is sent before it is awaited, or the first page is asked for.
 */
export class PagePromise<T, Row> extends CallPromise<T> implements AsyncIterable<Row> {
  readonly #ask: Ask;
  /** Where the list was asked for: of a call that is made later, the stack does not reach back. */
  readonly #asked: { stack?: string } = {};
  /** The call that this promise stands for. */
  #first: Promise<T> | undefined;

  /** @internal */
  constructor(ask: Ask) {
    super(() => {});
    this.#ask = ask;
    this[box] = {};
    (Error as { captureStackTrace?: (target: object, above: unknown) => void }).captureStackTrace?.(this.#asked, list);
  }

  /** What `then` makes is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.#first ??= this.#page(this[box], undefined)).then(fulfilled, rejected);
  }

  /** The pages, one after the other. Each is asked for when it is needed. */
  async *pages(): AsyncGenerator<Page<T, Row>, void, undefined> {
    for (let page: string | null = ""; page !== null;) {
      const isFirst: boolean = this.#first === undefined;
      const answer: Box = isFirst ? this[box] : {};
      const asked = this.#page(answer, page);
      if (isFirst) this.#first = asked;
      const data = await asked;
      const { list, total, repeated, next } = answer.done!.page!;
      if (!repeated) yield { data, rows: rowsAt(data, list), total };
      page = next;
    }
  }

  /** The rows of all pages. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const page of this.pages()) yield* page.rows;
  }

  async #page(answer: Box, page: string | undefined): Promise<T> {
    try {
      return (await this.#ask(answer, page)) as T;
    } catch (error) {
      throw isError(error) ? withCaller(error, this.#asked.stack) : error;
    }
  }
}

// Not a plain promise: `await` is to call its `then`.
Object.defineProperty(PagePromise.prototype, "constructor", { value: PagePromise });

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && Object.isExtensible(thrown);
}

/** The error, whose stack goes on with that of the caller. */
function withCaller(error: Error, stack: string | undefined): Error {
  const frames = stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  const { stack: own = "" } = error;
  const missing = frames.filter((line) => !own.includes(line.replace(/^\s+at (?:async )?/, "")));
  if (missing.length > 0) Object.defineProperty(error, "stack", { value: [own, ...missing].join("\n"), writable: true, configurable: true });
  return error;
}

/** A call for a list: of one page if it is awaited, of one after the other if it is iterated. */
function list<T, Row>(
  caller: Caller,
  name: string,
  params: object | undefined,
  options: CallOptions | undefined,
): PagePromise<T, Row> {
  let asked: Asked;
  try {
    asked = caller.ask(name, params, options);
  } catch (error) {
    return new PagePromise(() => Promise.reject(error));
  }
  return new PagePromise((answer, page) => caller.call(asked, answer, page === undefined ? undefined : { page }));
}

/** The rows at a dotted place. */
function rowsAt<Row>(data: unknown, place: string): Row[] {
  for (const name of place === "" ? [] : place.split(".")) data = (data as Record<string, unknown> | null)?.[name];
  return Array.isArray(data) ? data : [];
}

/** What the classes of the resources have in common. */
export abstract class Resource {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  protected call<T>(name: string, params: object | undefined, options: CallOptions | undefined): CallPromise<T> {
    return call(this.#caller, name, params, options);
  }

  protected pages<T, Row>(
    name: string,
    params: object | undefined,
    options: CallOptions | undefined,
  ): PagePromise<T, Row> {
    return list(this.#caller, name, params, options);
  }
}

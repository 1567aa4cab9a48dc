import type { CallExtras, Done, Driver } from "./engine.js";
import type { CallOptions } from "./options.js";
import { traceOf } from "./trace.js";
import type { Departure, Trace } from "./trace.js";

export type { CallOptions } from "./options.js";

/** What makes calls: the client, to its resources. */
export type Caller = Pick<Driver, "call">;

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

/**
 * The data of one page, those that the parameters name. With `for await` the rows of that page and all that follow:
 *
 * ```
 * const rooms = await client.room.list({ page: 2, limit: 100 });
 * for await (const room of client.room.list({ limit: 100 })) console.log(room.title);
 * ```
 */
export class PagePromise<T, Row> extends CallPromise<T> implements AsyncIterable<Row> {
  declare private readonly walk: () => AsyncGenerator<Page<T, Row>, void, undefined>;

  /** The pages, one after the other. Each is asked for when it is needed. */
  pages(): AsyncGenerator<Page<T, Row>, void, undefined> {
    return this.walk();
  }

  /** The rows of all pages. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const page of this.walk()) yield* page.rows;
  }
}

// To the language they are plain promises: `await` takes them as they are, stack traces reach the caller,
// and `then` makes a plain promise.
for (const type of [CallPromise, PagePromise]) {
  Object.defineProperty(type.prototype, "constructor", { value: Promise });
}

function dress<P extends CallPromise<unknown>>(promise: Promise<unknown>, type: { prototype: P }, answer: Box): P {
  const dressed = Object.setPrototypeOf(promise, type.prototype) as P & { [box]: Box };
  dressed[box] = answer;
  return dressed;
}

/** One call, begun at once. */
export function call<T>(
  caller: Caller,
  name: string,
  params: object | undefined,
  options: CallOptions | undefined,
  also?: CallExtras,
): CallPromise<T> {
  const answer: Box = {};
  return dress(caller.call(name, params, options, answer, also), CallPromise<T>, answer);
}

/** A call for a list: of one page if it is awaited, of one after the other if it is iterated. */
function list<T, Row>(
  caller: Caller,
  name: string,
  params: object | undefined,
  options: CallOptions | undefined,
): PagePromise<T, Row> {
  const answer: Box = {};
  let first: Promise<unknown> | undefined;
  async function single(): Promise<unknown> {
    // `for await` begins in the same turn, and then its first page is the answer.
    await undefined;
    return (first ??= caller.call(name, params, options, answer));
  }
  async function* walk(): AsyncGenerator<Page<T, Row>, void, undefined> {
    for (let page: string | null = ""; page !== null;) {
      const its: Box = first === undefined ? answer : {};
      const asked = caller.call(name, params, options, its, { page });
      if (first === undefined) {
        first = asked;
        // Whoever iterates is told; nobody may be waiting for the promise itself.
        promise.catch(() => {});
      }
      const data = (await asked) as T;
      const { list, total, repeated, next } = its.done!.page!;
      if (!repeated) yield { data, rows: rowsAt(data, list), total };
      page = next;
    }
  }
  const promise = dress(single(), PagePromise<T, Row>, answer);
  return Object.assign(promise, { walk });
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

import { engine, isLoaded, load } from "./engine.js";
import type { Engine } from "./engine.js";
import { bytesOf, piecesOf } from "./pieces.js";
import { platform } from "./platform.js";
import type { Listening, Reply, Sent } from "./platform.js";
import type { Answer, Behaviour, Delivery, Executor, MockOptions, Posted, PostedAnswer, Received, Request, Response } from "./types.js";

const DOMAIN = "https://mock.invalid";

/** How many milliseconds a receiver may take. */
const PATIENCE = 5000;

/** How far the clock can be set forward: 100 years, as in mock/src/mock.rs. */
const MOST_AHEAD = 100 * 366 * 86_400_000;

/** A mock of the service in this very process. */
export function createMock(options: MockOptions = {}): Mock {
  return new Mock(options);
}

/** The service, without a socket: made by `createMock`. */
export class Mock {
  /** For a client: `new Client({ ...mock.account, http: mock.executor })`. */
  readonly account: { domain: string; partnerId: string; partnerKey: string };

  /** Answers requests, to whatever host they go. */
  readonly executor: Executor = (request) => this.#execute(request);

  readonly #settings: object;
  readonly #now: () => number;
  readonly #post: NonNullable<MockOptions["post"]>;
  #engine: Engine | undefined;
  /** What was asked for before the WebAssembly was there. */
  #asked: [method: string, path: string, body: object | undefined][] = [];
  #posting: Promise<void> = Promise.resolve();
  #alarm: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  readonly #servers: Listening[] = [];

  /** @internal */
  constructor(options: MockOptions) {
    const { domain = DOMAIN, partnerId = "12345678", partnerKey = "the-partner-key-of-the-mock", now, post, misbehave, ...others } = options;
    this.account = { domain, partnerId, partnerKey };
    this.#settings = { partner_id: partnerId, partner_key: partnerKey, misbehave: snaked(misbehave ?? {}), ...others };
    this.#now = now ?? (() => Date.now());
    this.#post = post ?? fetched;
    // What is wrong with the settings is said at once, where that is possible.
    if (isLoaded()) this.#ready();
  }

  /** Loads the WebAssembly. Calls do that themselves, and in Node it is there at once. */
  async ready(): Promise<void> {
    await load();
    this.#ready();
  }

  /** The requests so far, the last 10,000 at most, the oldest first. */
  received(): Received[] {
    return (this.#ask("GET", "requests") ?? []) as Received[];
  }

  /** Forgets the requests and the callbacks so far. */
  forget(): void {
    this.#ask("DELETE", "requests");
    this.#ask("DELETE", "callbacks");
  }

  /** What operations answer from now on, besides what was given before; with `null` they answer by themselves again. */
  answers(given: Record<string, Answer | Answer[]> | null): void {
    if (given === null) this.#ask("DELETE", "answers");
    else this.#ask("POST", "answers", given);
  }

  /** What goes wrong from now on, in place of what did before. Requests are counted anew. */
  misbehave(behaviour: Behaviour): void {
    this.#ask("POST", "misbehaviour", snaked(behaviour));
  }

  /** The callbacks that were posted so far, or are about to be, the oldest first. */
  posted(): Posted[] {
    return ((this.#ask("GET", "callbacks") ?? []) as Row[]).map(shown);
  }

  /**
   * Posts a callback as the service would, signed, to the address that was set for it (`client.liveAccount.setClassCallbackUrl`,
   * `client.videoAccount.setTranscodeCallbackUrl`). Fields that are not given are those of the printed example. Without an
   * address it is returned only.
   */
  async trigger(name: string, fields: Record<string, unknown> = {}): Promise<Delivery & { answer?: PostedAnswer; error?: string }> {
    await this.ready();
    const texts = Object.entries(fields).map(([name, value]) => [name, typeof value === "bigint" ? String(value) : value]);
    const made = this.#ask("POST", "callbacks", { name, fields: Object.fromEntries(texts) }) as Row;
    await this.#postAll();
    const posted = made.url !== "" && (this.#ask("GET", "callbacks") as Row[]).find((row) => row.id === made.id);
    return posted ? shown(posted) : { name, url: made.url, contentType: made.content_type, body: made.body };
  }

  /** The mock's time, in milliseconds since 1970. */
  now(): number {
    if (!this.#engine) return this.#now();
    this.#engine.wake(this.#now());
    return this.#engine.time();
  }

  /**
   * Sets the mock's clock forward, by milliseconds. What becomes due by that has happened when it is over: videos are
   * transcoded, callbacks that were not taken are posted again, and answered.
   */
  async advance(milliseconds: number): Promise<void> {
    if (typeof milliseconds !== "number" || !(milliseconds >= 0 && milliseconds <= MOST_AHEAD)) {
      throw new RangeError(`advance: milliseconds are wanted, from 0 to ${MOST_AHEAD} (100 years), not ${String(milliseconds)}`);
    }
    await this.ready();
    await this.#postAll();
    for (let left = milliseconds; left > 0; ) {
      left = this.#engine!.advance(left, this.#now());
      await this.#postAll();
    }
  }

  /** Serves it over HTTP on 127.0.0.1, in Node: on this port, or on a free one. */
  async listen({ port = 0 }: { port?: number } = {}): Promise<Listening> {
    if (!platform.listen) throw new TypeError("listen: there are no servers here; in Node there are");
    await this.ready();
    const listening = await platform.listen(port, (sent) => this.#exchange(sent));
    this.#servers.push(listening);
    return listening;
  }

  /** Ends its timers and servers. Nothing keeps a process alive besides servers. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#alarm);
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
  }

  #ready(): void {
    if (this.#engine) return;
    this.#engine = engine(this.#settings);
    for (const [method, path, body] of this.#asked.splice(0)) this.#ask(method, path, body);
  }

  async #execute({ method, url, headers = {}, body, signal, onProgress }: Request): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
    const sent = { method, target: pathname + search, base: origin, headers: pairs, body, signal, onProgress };
    const reply = await this.#exchange(sent);
    if (reply.cut) throw new TypeError("the connection was cut");
    return { status: reply.status, headers: reply.headers, body: reply.body };
  }

  async #exchange({ method, target, base, headers, body, signal, onProgress }: Sent): Promise<Reply> {
    if (!this.#engine) await this.ready();
    signal?.throwIfAborted();
    const engine = this.#engine!;
    const begun = engine.begin(head(method, target, base, headers), this.#now());
    const id = Math.abs(begun);
    let failure = "";
    try {
      const latency = engine.latency(id);
      if (latency > 0) await waited(latency, signal);
      if (begun > 0) await this.#take(id, body, onProgress);
    } catch (error) {
      failure = String(error);
      throw error;
    } finally {
      // One that broke off is told as well.
      if (failure !== "") engine.finish(id, failure, this.#now());
    }
    const said = engine.finish(id, "", this.#now());
    const end = said.indexOf("\n");
    const { advance, ...reply } = JSON.parse(said.slice(0, end)) as Reply & { advance: number | null };
    void this.#postAll();
    if (advance !== null) await this.advance(advance);
    return { ...reply, body: said.slice(end + 1) };
  }

  async #take(id: number, body: Sent["body"], onProgress: Sent["onProgress"]): Promise<void> {
    const bytes = bytesOf(body);
    if (bytes) {
      if (bytes.length > 0) this.#engine!.take(id, bytes, this.#now());
      return;
    }
    let sent = 0;
    for await (const piece of piecesOf(body as Exclude<typeof body, string | undefined>)) {
      if (!this.#engine!.take(id, piece, this.#now())) break;
      onProgress?.((sent += piece.length));
    }
  }

  /** What the paths under `/_mock` answer. Before the WebAssembly is there nothing happened that could be asked for. */
  #ask(method: string, path: string, body?: object): unknown {
    if (!this.#engine) {
      if (method !== "GET") this.#asked.push([method, path, body]);
      return undefined;
    }
    const id = Math.abs(this.#engine.begin(head(method, `/_mock/${path}`, "", []), this.#now()));
    if (body) this.#engine.take(id, bytesOf(JSON.stringify(body))!, this.#now());
    const said = this.#engine.finish(id, "", this.#now());
    const end = said.indexOf("\n");
    const answer: unknown = end + 1 < said.length ? JSON.parse(said.slice(end + 1)) : undefined;
    const { status } = JSON.parse(said.slice(0, end)) as { status: number };
    if (status >= 400) throw new TypeError((answer as { error: string }).error);
    return answer;
  }

  /** Posts what waits, one after the other, so that callbacks arrive in the order of events. */
  #postAll(): Promise<void> {
    return (this.#posting = this.#posting.then(() => this.#postWaiting()));
  }

  async #postWaiting(): Promise<void> {
    const engine = this.#engine!;
    for (let waiting = engine.posts(); waiting !== ""; waiting = engine.posts()) {
      for (const row of JSON.parse(waiting) as Row[]) {
        const { name, url, content_type: contentType, body } = row;
        const answer = await this.#answer({ name, url, contentType, body });
        engine.posted(row.id, answer.status, answer.body, this.#now());
      }
    }
    this.#arm();
  }

  /** What `post` makes of a callback; with status 0 why there is no answer. It is anybody's, so it may hang, and give anything. */
  async #answer(delivery: Delivery): Promise<PostedAnswer> {
    const over = new AbortController();
    const late = async (): Promise<never> => {
      await waited(PATIENCE, over.signal);
      throw new Error(`no answer within ${PATIENCE} ms`);
    };
    try {
      const answer: unknown = await Promise.race([this.#post(delivery), late()]);
      const { status, body } = (answer ?? {}) as Partial<PostedAnswer>;
      if (!Number.isInteger(status) || status! < 100 || status! > 999 || typeof body !== "string") {
        throw new TypeError("post gave no { status, body } with an HTTP status and a text");
      }
      return { status: status!, body };
    } catch (error) {
      return { status: 0, body: wordsOf(error) };
    } finally {
      over.abort();
    }
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    const due = this.#engine!.due();
    if (due < 0 || this.#isClosed) return;
    this.#alarm = setTimeout(() => {
      this.#engine!.wake(this.#now());
      void this.#postAll();
    }, Math.min(Math.max(due - this.#now(), 0), 2 ** 31 - 1));
    (this.#alarm as { unref?: () => void }).unref?.();
  }
}

/** The head of a request as the WebAssembly takes it. */
function head(method: string, target: string, base: string, headers: [string, string][]): string {
  const line = (text: string) => text.replace(/[\r\n]/g, " ");
  return [method, target, base, ...headers.map(([name, value]) => `${name}:${value}`)].map(line).join("\n");
}

/** A callback as the WebAssembly tells it. */
interface Row {
  id: number;
  name: string;
  url: string;
  content_type: string;
  body: string;
  attempt: number;
  at: number;
  status: number | null;
  answer: string | null;
  error: string | null;
  taken: boolean;
}

function shown({ name, url, content_type: contentType, body, attempt, at, status, answer, error, taken }: Row): Posted {
  const answered = status === null ? {} : { answer: { status, body: answer ?? "" } };
  return { name, url, contentType, body, attempt, at, ...answered, ...(error !== null && { error }), taken };
}

async function fetched({ url, contentType, body }: Delivery): Promise<PostedAnswer> {
  const headers = { "content-type": contentType };
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
  return { status: answer.status, body: await answer.text() };
}

/** With what lies behind it: `fetch failed` alone says nothing. */
function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return error instanceof Error && error.cause ? `${words}: ${wordsOf(error.cause)}` : words;
}

function waited(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

/** `errorsEvery` as `errors_every`. */
function snaked(behaviour: Behaviour): object {
  const named = ([name, value]: [string, unknown]) => [name.replace(/[A-Z]|\d+/g, (begin) => `_${begin.toLowerCase()}`), value];
  return Object.fromEntries(Object.entries(behaviour).map((entry) => named(entry)));
}

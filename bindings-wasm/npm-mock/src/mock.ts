// The mock: what a test asks of it, and what its engine says.
import { onAbort, throwIfAborted } from "../../npm/src/aborts.js";
import { named } from "../../npm/src/named.js";
import { abortable, timerOf } from "../../npm/src/waits.js";
import { engine, isLoaded, load } from "./engine.js";
import type { Engine } from "./engine.js";
import { PIECE, bytesOf, sourceOf } from "./pieces.js";
import { platform } from "./platform.js";
import type { Listening, Reply, Sent } from "./platform.js";
import { answerOf, postOf, reasonOf } from "./posting.js";
import type { Post } from "./posting.js";
import { faultsOf, portOf, settingsOf } from "./settings.js";
import { textOf } from "./text.js";
import type { Answer, Behaviour, Delivery, Executor, MockOptions, Posted, PostedAnswer, Received, Request, Response } from "./types.js";

/** How many milliseconds a receiver may take. */
const PATIENCE = 5000;

/** How far the clock can be set forward: 100 years, as in mock/src/mock.rs. */
const MOST_AHEAD = 100 * 366 * 86_400_000;

const CLOSED = "the mock was closed";

/** What ends a wait. */
interface Ends {
  signal?: AbortSignal | undefined;
  /** So many milliseconds. */
  time?: number;
}

/** A mock of the service in this very process. */
export function createMock(options: MockOptions = {}): Mock {
  return new Mock(options);
}

/** The service, without a socket: made by `createMock`. */
export class Mock {
  /** Answers requests, to whatever host they go. */
  readonly executor: Executor = (request) => this.#execute(request);

  readonly #account: { domain: string; partnerId: string; partnerKey: string };
  readonly #settings: string;
  readonly #now: () => unknown;
  readonly #post: Post;
  #engine: Engine | undefined;
  /** What was asked for before the WebAssembly was there. */
  #asked: [method: string, path: string, body: string | undefined][] = [];
  #posting: Promise<void> = Promise.resolve();
  #alarm: ReturnType<typeof setTimeout> | undefined;
  /** How often it was closed. */
  #closed = 0;
  /** What takes its time. */
  readonly #waits = new Set<AbortController>();
  readonly #servers = new Set<Promise<Listening>>();

  /** @internal */
  constructor(options: MockOptions) {
    const { account, engine, now, post } = settingsOf(options);
    this.#account = account;
    this.#settings = engine;
    this.#now = now ?? (() => Date.now());
    this.#post = postOf(post);
    // What the engine finds wrong is said at once, where that is possible.
    if (isLoaded()) this.#begin();
  }

  /** For a client: `new Client({ ...mock.account, http: mock.executor })`. The key is the one that the service has now. */
  get account(): { domain: string; partnerId: string; partnerKey: string } {
    const { partnerKey, ...account } = this.#account;
    return { ...account, partnerKey: this.#engine?.partner_key() ?? partnerKey };
  }

  /** Loads the WebAssembly. Calls do that themselves, and in Node it is there at once. */
  async ready(): Promise<void> {
    await load();
    this.#begin();
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
    if (given === null) return void this.#ask("DELETE", "answers");
    if (typeof given !== "object") throw new TypeError(`answers: an object of operations is wanted, or null, not ${named(given)}`);
    this.#ask("POST", "answers", textOf(given, "answers"));
  }

  /** What goes wrong from now on, in place of what did before. Requests are counted anew. */
  misbehave(behaviour: Behaviour = {}): void {
    this.#ask("POST", "misbehaviour", textOf(faultsOf(behaviour, "misbehave"), "misbehave"));
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
    if (typeof name !== "string") throw new TypeError(`trigger: the name of a callback is wanted, not ${named(name)}`);
    if (typeof fields !== "object") throw new TypeError(`trigger: the fields are ${named(fields)}, no object`);
    const wanted = textOf({ name, fields }, "trigger");
    await this.ready();
    const made = this.#ask("POST", "callbacks", wanted) as Row;
    await this.#postAll();
    const posted = made.url !== "" && (this.#ask("GET", "callbacks") as Row[]).find((row) => row.id === made.id);
    return posted ? shown(posted) : { name, url: made.url, contentType: made.content_type, body: made.body };
  }

  /** The mock's time, in milliseconds since 1970. */
  now(): number {
    const now = this.#time();
    this.#engine?.wake(now);
    return this.#engine?.time() ?? now;
  }

  /**
   * Sets the mock's clock forward, by milliseconds. What becomes due by that has happened when it is over: videos are
   * transcoded, callbacks that were not taken are posted again, and answered.
   */
  async advance(milliseconds: number): Promise<void> {
    if (typeof milliseconds !== "number" || !(milliseconds >= 0 && milliseconds <= MOST_AHEAD)) {
      const given = typeof milliseconds === "number" ? milliseconds : named(milliseconds);
      throw new RangeError(`advance: milliseconds are wanted, from 0 to ${MOST_AHEAD} (100 years), not ${given}`);
    }
    await this.ready();
    await this.#postAll();
    for (let left = milliseconds; left > 0; ) {
      left = this.#engine!.advance(left, this.#time());
      await this.#postAll();
    }
  }

  /** Serves it over HTTP on 127.0.0.1, in Node: on this port, or on a free one. */
  async listen(options: { port?: number } = {}): Promise<Listening> {
    const { listen } = platform;
    if (!listen) throw new TypeError("listen: there are no servers here; in Node there are");
    const port = portOf(options);
    const listening = this.ready().then(() => listen(port, (sent) => this.#exchange(sent)));
    this.#servers.add(listening);
    try {
      const { url, close } = await listening;
      return { url, close: () => (this.#servers.delete(listening), close()) };
    } catch (error) {
      this.#servers.delete(listening);
      throw error;
    }
  }

  /**
   * Ends its servers and timers, and what is under way. (A mock that is used again goes on.) Nothing keeps a process alive besides
   * servers and calls.
   */
  async close(): Promise<void> {
    this.#closed++;
    for (const wait of this.#waits) wait.abort(new TypeError(CLOSED));
    const servers = [...this.#servers];
    this.#servers.clear();
    // One that could not begin has told its caller.
    await Promise.allSettled(servers.map(async (listening) => (await listening).close()));
    await this.#posting;
    clearTimeout(this.#alarm);
  }

  #begin(): void {
    if (this.#engine) return;
    this.#engine = engine(this.#settings);
    const wrong: unknown[] = [];
    for (const [method, path, body] of this.#asked.splice(0)) {
      try {
        this.#ask(method, path, body);
      } catch (error) {
        wrong.push(error);
      }
    }
    if (wrong.length > 0) throw wrong[0];
  }

  #time(): number {
    const time = this.#now();
    if (typeof time === "number" && Number.isFinite(time)) return time;
    throw new TypeError(`now gave ${named(time)}, not milliseconds since 1970`);
  }

  async #execute({ method, url, headers, body, signal, onProgress }: Request): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    const pairs = headers && Symbol.iterator in headers ? [...headers] : Object.entries(headers ?? {});
    const sent = { method, target: pathname + search, base: origin, headers: pairs, body, signal, onProgress };
    const reply = await this.#exchange(sent);
    if (reply.cut) throw new TypeError("the connection was cut");
    return { status: reply.status, headers: reply.headers, body: reply.body };
  }

  async #exchange({ method, target, base, headers, body, signal, onProgress }: Sent): Promise<Reply> {
    throwIfAborted(signal);
    if (!this.#engine) await abortable(this.ready(), signal);
    const engine = this.#engine!;
    const now = this.#time();
    const begun = engine.begin(head(method, target, base, headers), now);
    const id = Math.abs(begun);
    let said: string;
    try {
      const latency = engine.latency(id);
      if (latency > 0) await this.#during((over) => waited(latency, over), { signal });
      if (begun > 0) await this.#take(id, body, { signal }, onProgress);
      said = engine.finish(id, "", this.#time());
    } catch (error) {
      // One that broke off is told as well.
      engine.finish(id, reasonOf(error), now);
      throw error;
    }
    const end = said.indexOf("\n");
    const { advance, ...reply } = JSON.parse(said.slice(0, end)) as Reply & { advance: number | null };
    void this.#postAll();
    if (advance !== null) await this.advance(advance);
    return { ...reply, body: said.slice(end + 1) };
  }

  async #take(id: number, body: Sent["body"], ends: Ends, onProgress: Sent["onProgress"]): Promise<void> {
    const bytes = bytesOf(body);
    if (bytes) return void this.#hand(id, bytes);
    const source = sourceOf(body);
    const read = async (over: AbortSignal) => {
      onAbort(over, () => source.end());
      let sent = 0;
      for (let piece = await source.next(); piece && this.#hand(id, piece); piece = await source.next()) {
        onProgress?.((sent += piece.length));
      }
    };
    try {
      await this.#during(read, ends);
    } finally {
      source.end();
    }
  }

  /** Hands bytes of a body over. Returns whether more are wanted. */
  #hand(id: number, bytes: Uint8Array): boolean {
    const now = this.#time();
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (!this.#engine!.take(id, bytes.subarray(at, at + PIECE), now)) return false;
    }
    return true;
  }

  /** Does what may take its time, until the caller gives up, time is up, or the mock is closed. */
  async #during<T>(work: (over: AbortSignal) => Promise<T>, { signal, time }: Ends): Promise<T> {
    const over = new AbortController();
    const unwatch = signal && onAbort(signal, () => over.abort(signal.reason));
    const late = () => over.abort(new Error(`no answer within ${time} ms`));
    const timer = time === undefined ? undefined : setTimeout(late, time);
    this.#waits.add(over);
    try {
      return await abortable(work(over.signal), over.signal);
    } finally {
      this.#waits.delete(over);
      clearTimeout(timer);
      unwatch?.();
    }
  }

  /** What the paths under `/_mock` answer. Before the WebAssembly is there nothing happened that could be asked for. */
  #ask(method: string, path: string, body?: string): unknown {
    if (!this.#engine) {
      if (method !== "GET") this.#asked.push([method, path, body]);
      return undefined;
    }
    const now = this.#time();
    const id = Math.abs(this.#engine.begin(head(method, `/_mock/${path}`, "", []), now));
    if (body !== undefined) this.#hand(id, bytesOf(body)!);
    const said = this.#engine.finish(id, "", now);
    const end = said.indexOf("\n");
    const answer: unknown = end + 1 < said.length ? JSON.parse(said.slice(end + 1)) : undefined;
    const { status } = JSON.parse(said.slice(0, end)) as { status: number };
    if (status >= 400) throw new TypeError((answer as { error: string }).error);
    return answer;
  }

  /** Posts what waits, one after the other, so that callbacks arrive in the order of events. */
  #postAll(): Promise<void> {
    const posting = this.#posting.then(() => this.#postWaiting());
    // What went wrong once (a clock of the caller's that throws) must not stand in the way of all that follows.
    this.#posting = posting.catch(() => {});
    return posting;
  }

  async #postWaiting(): Promise<void> {
    const engine = this.#engine!;
    const closed = this.#closed;
    engine.wake(this.#time());
    for (let waiting = engine.posts(); waiting !== ""; waiting = engine.posts()) {
      for (const row of JSON.parse(waiting) as Row[]) {
        const { name, url, content_type: contentType, body } = row;
        const isOver = closed !== this.#closed;
        const answer = isOver ? { status: 0, body: CLOSED } : await this.#answer({ name, url, contentType, body });
        engine.posted(row.id, answer.status, answer.body, this.#time());
      }
    }
    if (closed === this.#closed) this.#arm();
  }

  /** What `post` makes of a callback; with status 0 why there is no answer. It is anybody's, so it may hang, and give anything. */
  async #answer(delivery: Delivery): Promise<PostedAnswer> {
    try {
      return await this.#during(async (over) => answerOf(await this.#post(delivery, over)), { time: PATIENCE });
    } catch (error) {
      return { status: 0, body: reasonOf(error) };
    }
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    const due = this.#engine!.due();
    if (due < 0) return;
    this.#alarm = setTimeout(() => void this.#postAll(), timerOf(due - this.#time()));
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

function waited(milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timerOf(milliseconds));
    onAbort(over, () => clearTimeout(timer));
  });
}

// What the service posts: checked, read, and handed to a handler once.
import type { ClaimOptions, Claimable, Claims } from "./claims.js";
import type { Driver } from "./engine.js";
import { CallbackError, DeparturesError, MisuseError, errorOf } from "./errors.js";
import type { ErrorFields } from "./errors.js";
import type { CallbackEvent } from "./event.js";
import { bytesOf, isBytes } from "./files.js";
import type { KnownCallback, UnknownCallback } from "./generated/callbacks.js";
import { header } from "./http.js";
import type { HttpHeaders } from "./http.js";
import type { IdInput } from "./ids.js";
import { named, wordsOf } from "./named.js";
import { plain, said } from "./options.js";
import { writeJson } from "./params.js";
import { reading } from "./reading.js";
import { report } from "./report.js";
import { needReady, ready } from "./wasm.js";

/** What the service posted; `name` tells which callback it is, and so what `data` holds. */
export type Callback = KnownCallback | UnknownCallback;

/** The name of a callback that a document describes. */
export type CallbackName = KnownCallback["name"];

/** How a callback is read. */
export interface ParseOptions<Name extends CallbackName = CallbackName> {
  /**
   * Refuses a callback whose timestamp is further from this machine's clock, in seconds: what was recorded and is
   * posted again later. 300 is usual, and the default; `null` does not look at the clock, for old examples in tests.
   */
  tolerance?: number | null | undefined;
  /** The callback that it is, if you know by the address that it came to. Else its fields tell. */
  name?: Name | undefined;
}

/** How a callback is taken by {@link Callbacks.handle}. */
export interface HandleOptions<Name extends CallbackName = CallbackName> extends ParseOptions<Name> {
  /** Whether a callback that comes again is left out; true unless you say otherwise. */
  once?: boolean | undefined;
  /** Is told why a callback was refused, or what its handler threw. If it is not given, `console.error` is. */
  onError?: ((error: unknown) => unknown) | undefined;
}

/** How a callback is signed for a test. */
export interface SignedOptions {
  /** Whether it is posted as JSON; if nothing is said, as the callback is documented, else as a form. */
  json?: boolean | undefined;
  /** Its unique id; a random one if nothing is said. */
  qid?: IdInput | undefined;
  /** When the service signed it, unix seconds; now if nothing is said. */
  timestamp?: number | undefined;
}

/** What the service would post. */
export interface SignedCallback {
  body: string;
  headers: { "content-type": string };
}

/** The headers of a post: those of Fetch or Node, or just the content type. */
export type CallbackHeaders = HttpHeaders | string | undefined;

/** Bodies of more bytes than this are refused, as the core does. */
const MAX_BYTES = 4 << 20;

type Parsed = { event: Omit<CallbackEvent<string | null, unknown>, "data">; data: unknown } | { error: ErrorFields };

/** What the service posts to you: checked, recognised, typed, and each taken once. */
export class Callbacks {
  readonly #driver: Driver;
  readonly #claims: Claims;
  /** The qids and signatures of what is being handled here. */
  readonly #handled = new Set<string>();

  constructor(driver: Driver, claims: Claims) {
    this.#driver = driver;
    this.#claims = claims;
  }

  /** What to answer when a callback was taken. The content type is application/json. */
  readonly success = '{"code":0,"msg":""}';

  /** What to answer when it was not: the service then posts most callbacks again, twice, after some seconds. */
  failure(message: string): string {
    return JSON.stringify({ code: 1, msg: wordsOf(message) });
  }

  /**
   * Checks the signature of a post and reads it.
   *
   * `body` is the raw body, byte for byte as it came (`express.raw()`, `await request.arrayBuffer()`): what a framework
   * parsed and wrote again no longer fits its signature. Throws {@link CallbackError} if the service did not post it.
   *
   * ```
   * const callback = client.callbacks.parse(body, request.headers);
   * if (callback.name === "class_event") console.log(callback.data.room_id, callback.data.op);
   * ```
   */
  parse<Name extends CallbackName>(
    body: string | Uint8Array | ArrayBuffer,
    headers: CallbackHeaders,
    options: ParseOptions<Name> & { name: Name },
  ): Extract<KnownCallback, { name: Name }>;
  parse(body: string | Uint8Array | ArrayBuffer, headers?: CallbackHeaders, options?: ParseOptions): Callback;
  parse(body: string | Uint8Array | ArrayBuffer, headers?: CallbackHeaders, options: ParseOptions = {}): Callback {
    needReady("client.callbacks.parse");
    const { how, type, bytes } = reading("what callbacks.parse was given", () => {
      const { tolerance, name } = options ?? {};
      return {
        how: JSON.stringify({ name: plain(name), ...(tolerance === null ? { clock: false } : { tolerance: said(tolerance) }) }),
        type: (typeof headers === "string" ? headers : header(headers, "content-type")) ?? "",
        bytes: posted(body),
      };
    });
    const parsed = JSON.parse(this.#driver.engine().callback(bytes, type, how, Date.now() / 1000)) as Parsed;
    if (!("error" in parsed)) return { ...parsed.event, data: parsed.data } as Callback;
    const { error } = parsed;
    throw errorOf(error);
  }

  /**
   * Takes a post as a handler of the Fetch API (Hono, Next.js, Cloudflare Workers, Deno, Bun) and says what to answer:
   * 401 to what the service did not post, `success` when the handler returns, `failure` when it throws. A callback
   * that comes again is not handled again, unless its handler failed: it is answered with `success`, but with `failure`
   * as long as this process still handles it, so that it comes once more if the handler fails after all.
   *
   * If whoever posted goes away while the store is asked, nothing is claimed and nothing handled.
   *
   * The service wants its answer at once: have long work done elsewhere.
   *
   * ```
   * app.post("/callbacks", (c) => client.callbacks.handle(c.req.raw, async (callback) => queue.push(callback)));
   * ```
   */
  async handle<Name extends CallbackName = never>(
    request: Request,
    handler: (callback: [Name] extends [never] ? Callback : Extract<KnownCallback, { name: Name }>) => unknown,
    options: HandleOptions<Name> = {},
  ): Promise<Response> {
    if (typeof handler !== "function") {
      const hint = "client.callbacks.handle(request, async (callback) => { ... })";
      throw new MisuseError({ kind: "misuse", message: "the handler is no function", hint });
    }
    const { once = true, onError = (error: unknown) => report("a callback was not taken", error) } = reading("the options of handle", () => ({ ...options }));
    if (typeof reading("the request", () => request?.headers?.get) !== "function") {
      const hint = "frameworks with requests of their own (Express, Fastify, Koa) have their raw body read by client.callbacks.parse";
      throw new MisuseError({ kind: "misuse", message: `callbacks.handle was given ${named(request)}, no Request of the Fetch API`, hint });
    }
    const tell = async (error: unknown) => {
      try {
        await onError(error);
      } catch (thrown) {
        report("onError threw", thrown);
      }
    };
    await ready();
    let callback: Callback;
    try {
      callback = this.parse(await bodyOf(request), request.headers, options);
    } catch (error) {
      if (!(error instanceof CallbackError || error instanceof DeparturesError)) throw error;
      await tell(error);
      if (error instanceof DeparturesError) return this.#outcome(false);
      return this.#reply(401, this.failure("not signed by this account"));
    }
    const ids = [callback.qid, callback.signature];
    if (once && !(await this.claim(callback, { signal: request.signal }))) {
      // Whether the first one goes well is not known yet: then the service is to ask once more.
      return this.#outcome(!ids.some((id) => this.#handled.has(id)));
    }
    if (once) for (const id of ids) this.#handled.add(id);
    try {
      await handler(callback as Parameters<typeof handler>[0]);
      return this.#outcome(true);
    } catch (error) {
      if (once) await this.release(callback);
      await tell(error);
      return this.#outcome(false);
    } finally {
      if (once) for (const id of ids) this.#handled.delete(id);
    }
  }

  #outcome(isTaken: boolean): Response {
    return this.#reply(200, isTaken ? this.success : this.failure("it could not be taken, post it again"));
  }

  /**
   * A callback as the service would post it, signed with the client's partnerKey: for tests of your handler. `data` are
   * the members besides `qid`, `timestamp` and `sign`; those two are made if they are not given.
   *
   * ```
   * const { body, headers } = client.callbacks.signed("class_event", { room_id: 1, op: "start", op_time: "..." });
   * const response = await app.request("/callbacks", { method: "POST", body, headers });
   * ```
   */
  signed(name: CallbackName | null, data: object, options: SignedOptions = {}): SignedCallback {
    needReady("client.callbacks.signed");
    const members = writeJson("callbacks.signed", data, false, "data are").text || "{}";
    const asked = reading("what callbacks.signed was given", () => {
      const { json, qid = randomId(), timestamp = Math.floor(Date.now() / 1000) } = options ?? {};
      return JSON.stringify({ name: plain(name), json: plain(json), qid: String(qid), timestamp: said(timestamp) });
    });
    const told = this.#driver.engine().signed_callback(`${asked.slice(0, -1)},"data":${members}}`);
    const answer = JSON.parse(told) as { body: string; content_type: string } | { error: ErrorFields };
    if ("error" in answer) throw errorOf(answer.error);
    return { body: answer.body, headers: { "content-type": answer.content_type } };
  }

  /**
   * Claims a callback: true for the first to do so. The service posts a callback again when it heard no success; claim
   * it before the work, and give it back ({@link Callbacks.release}) when the work fails.
   *
   * It is claimed by its `qid` and by its signature: whoever has seen a post can give it another `qid` by cutting its
   * fields differently, but not another signature. The claim holds for `callback.hold` seconds, in this process, or in
   * the client's store for all processes.
   */
  async claim(callback: Claimable, options: ClaimOptions = {}): Promise<boolean> {
    return this.#claims.claim(callback, reading("the options of claim", () => options?.signal ?? undefined));
  }

  /** Gives a callback back whose work failed, so that its repetition is taken. */
  release(callback: Claimable): Promise<void> {
    return this.#claims.release(callback);
  }

  #reply(status: number, body: string): Response {
    return new Response(body, { status, headers: { "content-type": "application/json" } });
  }
}

function randomId(): string {
  return String(1 + Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
}

function posted(body: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (isBytes(body)) return bytesOf(body);
  // Of what is no text either (a body that a framework parsed) the engine says so.
  return new TextEncoder().encode(String(body));
}

async function bodyOf(request: Request): Promise<Uint8Array> {
  if (request?.bodyUsed) {
    const hint = "hand the request over before anything reads it: what is signed is the raw body";
    throw new MisuseError({ kind: "misuse", message: "the body of the request was read already", hint });
  }
  try {
    return await read(request);
  } catch (error) {
    if (error instanceof CallbackError) throw error;
    // Whoever posted broke off, or is none of ours.
    throw new CallbackError({ kind: "callback_malformed", message: `the body cannot be read: ${wordsOf(error)}` }, { cause: error });
  }
}

async function read(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader!.read()) {
    chunks.push(read.value);
    length += read.value.byteLength;
    if (length > MAX_BYTES) {
      reader!.cancel().catch(() => {});
      throw new CallbackError({ kind: "callback_malformed", message: `the callback has more than ${MAX_BYTES} bytes` });
    }
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

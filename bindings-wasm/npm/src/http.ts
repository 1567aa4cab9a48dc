// Executors, which send requests: what they are given, what they may answer, and how that is read.
import { BaijiayunError, MisuseError } from "./errors.js";
import { bytesOf } from "./files.js";
import { named, tagOf, wordsOf } from "./named.js";
import { CAUSES } from "./reading.js";

/**
 * A signed request. It is also what `fetch` takes as its second argument: `(request) => fetch(request.url, request)`
 * is an executor.
 */
export interface HttpRequest {
  /** How it is sent. */
  method: "GET" | "POST";
  /** The address. That of a GET is signed, so do not log it. */
  url: string;
  /** What it is sent with. */
  headers: Record<string, string>;
  /**
   * A form, which is a text, or one with files: a ReadableStream in Node, a Blob elsewhere. It may hold passwords. A GET
   * has none.
   */
  // DOM, Node and undici have types of their own for the last two, none of which takes another's.
  body?: any;
  /** Aborted when time is up or the caller gives up. */
  signal: AbortSignal;
  /** How long the call waits for the answer, in milliseconds; `signal` is aborted then. */
  timeout: number;
  /** Redirects are not followed: the API has none, and a signed form must not go elsewhere. */
  redirect: "manual" | "error";
  /** What `fetch` in Node wants to hear if the body is a stream. */
  duplex: "half";
  /** Wants to be told how many bytes of the body went out, where the body is a Blob. */
  onProgress: ((sent: number) => void) | undefined;
}

declare global {
  interface RequestInit {
    /**
     * Of the `fetch` of Node: `fetch(request.url, { ...request, dispatcher })`. The types of the DOM do not know it, and
     * those of Node take the one of a single version of undici.
     */
    dispatcher?: any;
  }
}

/** Headers of an answer, whatever holds them. */
export type HttpHeaders = { get(name: string): string | null } | Record<string, string | readonly string[] | undefined>;

/** What was answered. */
export interface HttpResponse {
  /** The HTTP status, whatever it is. */
  status: number;
  /** Of which Retry-After counts. */
  headers?: HttpHeaders | undefined;
  /** The whole body. */
  body: Uint8Array | ArrayBuffer | string;
}

/** What a `fetch` answers with, as much of it as is used: the one of the platform, of undici, of node-fetch. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Sends requests: `fetch` unless you give another. An error that it throws means that there was no answer; with
 * `kind: "connect"` it says that the request certainly never left, with `kind: "timeout"` that time was up.
 */
export type HttpExecutor = (request: HttpRequest) => Promise<HttpResponse | FetchResponse>;

/** A `fetch` of your own: undici's, one that goes through a proxy, one of a test. */
// What it takes besides the address differs between DOM, Node and undici, each of which is to fit.
export type FetchLike = (url: string, init: any) => Promise<FetchResponse>;

/** The executor that a `fetch` is; the global one is looked up with each request, so that tests can replace it. */
export function executorOf(given?: FetchLike): HttpExecutor {
  return (request) => {
    const send: unknown = given ?? globalThis.fetch;
    if (typeof send === "function") return (send as FetchLike)(request.url, request);
    const hint = "give the option fetch or http; a test environment such as jsdom may hide the one of Node";
    throw new MisuseError({ kind: "misuse", message: "there is no fetch here", hint });
  };
}

/** An answer as the engine takes it. */
export interface Answer {
  status: number;
  /** The header Retry-After, empty if there is none: the engine reads it. */
  retryAfter: string;
  headers: HttpHeaders | undefined;
  body: Uint8Array | string;
}

/** Why an answer is not read, or not to its end. */
export class Unread extends Error {
  constructor(
    readonly event: { event: "too_large" } | { event: "redirect"; status: number; location: string },
    cause?: unknown,
  ) {
    super(event.event, { cause });
  }
}

const tooLarge = (cause?: unknown) => new Unread({ event: "too_large" }, cause);

/** Longer texts are encoded before it is known how much room they need. */
const SHORT = 1 << 16;

const encoder = new TextEncoder();

/**
 * Reads what an executor returned, at most so many bytes of it. Nothing more is read when `isOver` says that nobody
 * waits for it.
 */
export function readAnswer(response: unknown, most: number, isOver: () => boolean): Answer | Promise<Answer> {
  if (!isResponse(response)) throw wrong(described(response));
  const { status, headers } = response;
  if (isFetched(response)) {
    // Browsers do not tell where it leads to.
    const isOpaque = response.type === "opaqueredirect";
    if (isOpaque || isRedirect(status)) {
      drop(response);
      throw redirect(status, isOpaque ? "an address that browsers do not tell" : header(headers, "location"));
    }
    return readBody(response, most, isOver).then((body) => ({ status, retryAfter: retryAfter(headers), headers, body }));
  }
  if (headers !== undefined && (typeof headers !== "object" || headers === null)) {
    throw wrong(`a response whose headers are ${named(headers)}, no object`);
  }
  if (isRedirect(status)) throw redirect(status, header(headers, "location"));
  return { status, retryAfter: retryAfter(headers), headers, body: bounded(readable(response.body), most) };
}

function bounded<T extends Uint8Array | string>(body: T, most: number): T {
  if (body.length > most) throw tooLarge();
  return body;
}

function isResponse(response: unknown): response is HttpResponse | Response {
  const { status, type } = (response ?? {}) as Partial<Response>;
  return Number.isInteger(status) && ((status! >= 100 && status! <= 999) || type === "opaqueredirect");
}

/** Without its values: they may hold anything. */
function described(value: unknown): string {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) return `${named(value)}, not a response with a status`;
  return "status" in value ? `a response whose status is ${named(value.status)}, none of HTTP` : `${named(value)} without a status`;
}

/** What no other attempt would mend: the executor has to be. */
function wrong(what: string): MisuseError {
  const message = `the executor gave ${what}`;
  const hint =
    "an executor gives { status, headers, body } with the body as text or bytes, or the Response of a fetch; the service may have carried out the call";
  return new MisuseError({ kind: "misuse", message, hint });
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function redirect(status: number, location = "nowhere"): Unread {
  return new Unread({ event: "redirect", status, location });
}

function readable(body: HttpResponse["body"]): Uint8Array | string {
  if (typeof body === "string") return body.length > SHORT ? encoder.encode(body) : body;
  return bytesIn(body);
}

function bytesIn(body: unknown): Uint8Array {
  const what = named(body);
  const isBytes = ArrayBuffer.isView(body) ? what !== "a DataView" : what === "an ArrayBuffer";
  if (isBytes) return bytesOf(body as ArrayBuffer | ArrayBufferView);
  throw wrong(`a response whose body is ${what}, neither bytes nor text`);
}

function isFetched(response: HttpResponse | Response): response is Response {
  return typeof (response as Response).arrayBuffer === "function";
}

/** Has the connection closed instead of reading what is still to come. */
function drop(response: Response): void {
  quietly(() => response.body?.cancel?.());
}

/** Does what nobody waits for, and whose failure is nobody's. */
function quietly(act: () => unknown): void {
  new Promise((resolve) => resolve(act())).catch(() => {});
}

async function readBody(response: Response, most: number, isOver: () => boolean): Promise<Uint8Array> {
  const { body, headers } = response;
  if (body === null) return new Uint8Array();
  // A fetch of someone's own need not have a stream.
  if (body === undefined) return bounded(bytesIn(await response.arrayBuffer()), most);
  const coding = headers.get("content-encoding")?.toLowerCase() ?? "";
  if (!CODINGS.has(coding)) {
    drop(response);
    throw new Error(`the answer is coded as ${coding.slice(0, 40)}, which was not asked for`);
  }
  const length = Number(headers.get("content-length") ?? NaN);
  if (length > most) {
    drop(response);
    throw tooLarge();
  }
  const reader = readerOf(body);
  try {
    // What says its length has its room before it is read. (Where it is coded, fetch decodes it: the length is another.)
    return await read(reader, most, isOver, coding === "" && length > SHORT ? new Uint8Array(length) : undefined);
  } catch (error) {
    quietly(() => reader.cancel());
    // There was no room for it.
    throw error instanceof RangeError ? tooLarge(error) : error;
  }
}

/** That of a stream; other fetches have the streams of Node. */
function readerOf(body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): Reader {
  if ("getReader" in body) return body.getReader();
  const chunks = body[Symbol.asyncIterator]();
  return { read: () => chunks.next(), cancel: async () => void (await chunks.return?.()) };
}

interface Reader {
  read(): Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** `fetch` asks for them, and decodes them: what is counted is what comes out. Two at a time are nobody's honest answer. */
const CODINGS = new Set(["", "identity", "gzip", "x-gzip", "deflate", "br"]);

async function read(
  reader: Reader,
  most: number,
  isOver: () => boolean,
  room: Uint8Array | undefined,
): Promise<Uint8Array> {
  let bytes = room ?? new Uint8Array();
  let length = 0;
  let empty = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    if (isOver()) throw new Error("nobody waits for the answer any more");
    const value: unknown = read.value;
    // Of another thing the length is none, and so it would have no end.
    if (!(ArrayBuffer.isView(value) && "length" in value)) throw wrong(`a body of which a piece is ${named(value)}, no bytes`);
    const piece = bytesOf(value);
    // What never waits for anything lets no timer run that could end it.
    empty = piece.length > 0 ? 0 : empty + 1;
    if (empty > MOST_EMPTY) throw wrong(`a body with ${MOST_EMPTY} pieces without bytes in a row`);
    const end = length + piece.length;
    if (end > most) throw tooLarge();
    // A single piece is the answer. Of more, the bytes are kept and not the pieces: one of a byte takes as much as one of a hundred.
    if (bytes.length === 0) bytes = piece;
    else {
      if (end > bytes.length) bytes = grown(bytes, length, Math.min(most, 2 * end));
      bytes.set(piece, length);
    }
    length = end;
  }
  return bytes.subarray(0, length);
}

const MOST_EMPTY = 1000;

/** The first bytes of these in more room. */
function grown(bytes: Uint8Array, length: number, room: number): Uint8Array {
  const more = new Uint8Array(room);
  more.set(bytes.subarray(0, length));
  return more;
}

function retryAfter(headers: HttpResponse["headers"]): string {
  return header(headers, "retry-after") ?? "";
}

/** A header, whatever holds it. */
export function header(headers: HttpHeaders | undefined, name: string): string | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers.get === "function") return one((headers as Headers).get(name));
  const all = headers as Record<string, string | readonly string[] | undefined>;
  return one(all[name] ?? all[Object.keys(all).find((key) => key.toLowerCase() === name) ?? name]);
}

/** Numbers are as good as texts; of several values the first counts. */
function one(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" || typeof first === "number" ? String(first) : undefined;
}

/** All of them by their names in lower case, for whoever looks at an error. */
export function headersIn(headers: HttpHeaders | undefined): Record<string, string> {
  const values: [string, string][] = [];
  try {
    const all = headers && Symbol.iterator in headers ? (headers as Iterable<[string, string]>) : Object.entries(headers ?? {});
    for (const [name, value] of all) {
      if (typeof value === "string") values.push([name.toLowerCase(), value]);
      else if (Array.isArray(value)) values.push([name.toLowerCase(), value.join(", ")]);
    }
  } catch {
    // They are for looking at: what cannot be looked at is left out.
  }
  return Object.fromEntries(values);
}

/** Why there was no answer. */
export interface Broken {
  /** `tls` and `unsendable` never left either, and are not tried again. */
  kind: "connect" | "tls" | "unsendable" | "timeout" | "transport" | "file" | "too_large";
  message: string;
}

/** Codes of Node and of its fetch (undici) for connections that were never made. */
const NEVER_LEFT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

const TIMED_OUT = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

/** Those of OpenSSL and Node for a certificate that is not trusted. */
const CERTIFICATE = /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_|ERR_TLS_CERT_)/;

/** Those for a handshake with what speaks no TLS, or another. */
const HANDSHAKE = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNSUPPORTED_PROTOCOL|.*HANDSHAKE_FAILURE)$/;

/** What Node says of a connection that broke during its handshake; the code is that of any other. */
const NO_HANDSHAKE = "before secure TLS connection was established";

/** What undici, which is Node's fetch too, says where a proxy refuses the way to the service; the code is that of any request that was given up. */
const NO_TUNNEL = /^Proxy response \(\d+\) !== 200/;

/** What a host can do about it here; the engine says the rest. */
const TRUST = "NODE_EXTRA_CA_CERTS names a file of certificates that Node trusts besides its own";

/** Tells by what an executor threw what became of the request. Browsers do not say; then it may have left. */
export function brokenBy(error: unknown, request: Sent): Broken {
  const messages: string[] = [];
  let kind: Broken["kind"] = "transport";
  for (let cause = error, depth = 0; cause !== undefined && cause !== null && depth < CAUSES; depth++) {
    kind = kindOf(cause) ?? kind;
    const text = cause instanceof BaijiayunError ? cause.reason : wordsOf(cause);
    if (text && !messages.includes(text)) messages.push(text);
    cause = (cause as Error).cause;
  }
  if (kind === "tls") messages.push(TRUST);
  return { kind, message: withoutSecrets(messages.join(": "), request) || "the request failed" };
}

function kindOf(cause: unknown): Broken["kind"] | undefined {
  const { code, syscall, name, kind, message } = cause as Partial<NodeJS.ErrnoException> & { kind?: unknown };
  if (kind === "connect" || kind === "timeout" || kind === "file" || kind === "too_large") return kind;
  const named = typeof code === "string" ? code : "";
  if (CERTIFICATE.test(named) || HANDSHAKE.test(named)) return "tls";
  if (named === "ERR_INVALID_URL") return "unsendable";
  // Of other calls than to connect the same codes say that a connection broke.
  const words = String(message);
  if (NEVER_LEFT.has(named) || words.includes(NO_HANDSHAKE) || NO_TUNNEL.test(words) || syscall === "connect" || syscall === "getaddrinfo") return "connect";
  return TIMED_OUT.has(named) || name === "TimeoutError" ? "timeout" : undefined;
}

/** What was sent, as far as an error must not quote it. */
interface Sent {
  url: string;
  form?: string | undefined;
}

/** What is signed: the query of an address, the form, the signature alone. */
function secretsOf({ url, form }: Sent): string[] {
  const [, query] = url.split("?", 2);
  const [, signature] = /(?:^|[?&])sign=(\w+)/.exec(form ?? query ?? "") ?? [];
  return [form, query, signature].filter((text): text is string => Boolean(text));
}

function withoutSecrets(text: string, request: Sent): string {
  const without = text.replaceAll(request.url, "the address");
  return secretsOf(request).reduce((text, secret) => text.replaceAll(secret, "..."), without);
}

/** Most objects of an error that are looked through. */
const MANY = 500;

/**
 * What was thrown, unless it quotes what is signed, anywhere: HTTP clients hang the request onto their errors. Whoever
 * shows errors shows their causes, with all that hangs on them.
 */
export function shown(thrown: unknown, request: Sent): unknown {
  if (!quotes(thrown, secretsOf(request))) return thrown;
  // In its place one that says the same.
  const { name, code } = thrown as Partial<NodeJS.ErrnoException>;
  const plain = (text: string) => withoutSecrets(String(text), request);
  return Object.assign(new Error(brokenBy(thrown, request).message), name && { name: plain(name) }, code && { code: plain(code) });
}

/** Whether one of these texts stands anywhere in it. What is too large, or cannot be looked through, may hold them. */
function quotes(thrown: unknown, secrets: string[]): boolean {
  const found = new Set([thrown]);
  try {
    for (const value of found) {
      if (typeof value === "string" && secrets.some((secret) => value.includes(secret))) return true;
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) continue;
      // Addresses and requests show what they do not have as members.
      const tag = tagOf(value);
      if (ADDRESSES.has(tag)) found.add((value as Request).url ?? String(value));
      const held = COLLECTIONS.has(tag) ? [...(value as Iterable<unknown>)] : [];
      if (found.size + held.length > MANY) return true;
      for (const thing of held) found.add(thing);
      for (const name of Reflect.ownKeys(value)) {
        if (found.size > MANY) return true;
        // Getters are not asked, as consoles do not ask them either.
        found.add(Object.getOwnPropertyDescriptor(value, name)?.value);
      }
    }
    return false;
  } catch {
    return true;
  }
}

const ADDRESSES = new Set(["URL", "URLSearchParams", "Request", "Response"]);

/** What they hold is shown, and is none of their members. */
const COLLECTIONS = new Set(["Map", "Set", "Headers", "FormData"]);

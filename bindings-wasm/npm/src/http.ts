import { AnswerError, BaijiayunError } from "./errors.js";

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
  /** A form, or one with files: a stream in Node, a Blob elsewhere. It may hold passwords. A GET has none. */
  body?: string | Blob | ReadableStream<Uint8Array>;
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

/** What was answered. A `Response` of `fetch` will do. */
export interface HttpResponse {
  /** The HTTP status, whatever it is. */
  status: number;
  /** Of which Retry-After counts. */
  headers?: Headers | Record<string, string | readonly string[] | undefined>;
  /** The whole body. */
  body: Uint8Array | ArrayBuffer | string;
}

/**
 * Sends requests: `fetch` unless you give another. An error that it throws means that there was no answer; with
 * `kind: "connect"` it says that the request certainly never left, with `kind: "timeout"` that time was up.
 */
export type HttpExecutor = (request: HttpRequest) => Promise<HttpResponse | Response>;

/** Answers of more bytes than this are refused, as the core does. */
const MAX_BYTES = 64 << 20;

/** The executor that the global `fetch` is. It is looked up with each request, so that tests can replace it. */
export const fetchExecutor: HttpExecutor = (request) => fetch(request.url, request);

/** An answer as the engine takes it. */
export interface Answer {
  status: number;
  /** In milliseconds; negative if it was not said. */
  retryAfter: number;
  body: Uint8Array | string;
}

/** Longer texts are encoded before it is known how much room they need. */
const SHORT = 1 << 16;

const encoder = new TextEncoder();

/** Reads what an executor returned. */
export function readAnswer(response: HttpResponse | Response): Answer | Promise<Answer> {
  const { status, headers } = response;
  if (isFetched(response)) {
    if (response.type === "opaqueredirect") {
      throw new Error("the service answered with a redirect, which is not followed");
    }
    return readBody(response).then((body) => ({ status, retryAfter: retryAfter(headers), body }));
  }
  const { body } = response;
  return { status, retryAfter: retryAfter(headers), body: readable(body) };
}

function readable(body: HttpResponse["body"]): Uint8Array | string {
  if (typeof body === "string") return body.length > SHORT ? encoder.encode(body) : body;
  return body instanceof Uint8Array ? body : new Uint8Array(body);
}

function isFetched(response: HttpResponse | Response): response is Response {
  return typeof (response as Response).arrayBuffer === "function";
}

async function readBody(response: Response): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    length += read.value.byteLength;
    if (length > MAX_BYTES) {
      reader.cancel().catch(() => {});
      throw new AnswerError({ kind: "too_large", message: `the answer is longer than ${MAX_BYTES} bytes` });
    }
  }
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

/** The header in milliseconds, negative if there is none; it names seconds or a date. */
function retryAfter(headers: HttpResponse["headers"]): number {
  const value = header(headers, "retry-after")?.trim();
  if (!value) return -1;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? -1 : Math.max(0, date - Date.now());
}

/** A header, whatever holds it. */
export function header(
  headers: Headers | Record<string, string | readonly string[] | undefined> | undefined,
  name: string,
): string | undefined {
  if (headers === undefined) return undefined;
  if (typeof headers.get === "function") return (headers as Headers).get(name) ?? undefined;
  const all = headers as Record<string, string | readonly string[] | undefined>;
  const value = all[name] ?? all[Object.keys(all).find((key) => key.toLowerCase() === name) ?? name];
  return typeof value === "object" ? value[0] : value;
}

/** Why there was no answer. */
export interface Broken {
  kind: "connect" | "timeout" | "transport" | "file" | "too_large";
  message: string;
}

/** Codes of Node and of its fetch (undici) for connections that were never made. */
const NEVER_LEFT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_INVALID_URL",
]);

const TIMED_OUT = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

/** Tells by what an executor threw what became of the request. Browsers do not say; then it may have left. */
export function brokenBy(error: unknown, url: string): Broken {
  const messages: string[] = [];
  let kind: Broken["kind"] = "transport";
  for (let cause = error, depth = 0; cause !== undefined && cause !== null && depth < 8; depth++) {
    const {
      code,
      syscall,
      name,
      kind: told,
      message,
      cause: next,
    } = cause as Partial<NodeJS.ErrnoException> & {
      kind?: unknown;
    };
    if (told === "connect" || told === "timeout" || told === "file" || told === "too_large") kind = told;
    else if (NEVER_LEFT.has(code ?? "") || syscall === "connect" || syscall === "getaddrinfo") kind = "connect";
    else if (TIMED_OUT.has(code ?? "") || name === "TimeoutError") kind = "timeout";
    const text = cause instanceof BaijiayunError ? cause.reason : (message ?? String(cause));
    if (text && !messages.includes(text)) messages.push(text);
    cause = next;
  }
  // The address of a GET is signed.
  return { kind, message: messages.join(": ").replaceAll(url, "the address") || "the request failed" };
}

// The types that the mock is used with.
import type { Body } from "./platform.js";

/** A request, as the clients of the package `baijiayun` send it. */
export interface Request {
  method: string;
  url: string;
  headers?: Record<string, string> | Iterable<[string, string]> | null | undefined;
  body?: Body | null | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((sent: number) => void) | undefined;
}

/** What the mock answers. */
export interface Response {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Answers requests: what `new Client({ http })` takes. */
export type Executor = (request: Request) => Promise<Response>;

/** What goes wrong, on purpose. Everything is counted, nothing is random. What is left out does not go wrong. */
export interface Behaviour {
  /** Each answer waits so many milliseconds. */
  latency?: number;
  /** Every n-th request is answered with HTTP 503. */
  errorsEvery?: number;
  /** The connection is cut instead of every n-th answer. */
  dropsEvery?: number;
  /** Every n-th request is answered with HTTP 429. */
  throttlesEvery?: number;
  /** What is throttled has HTTP 200, and 429 in the envelope alone. */
  throttlesWith200?: boolean;
  /** Every n-th request is answered with a web page. */
  htmlEvery?: number;
  /** Answers have PHP's loose types. */
  phpLoose?: boolean;
  /** Uploads break off when so many bytes of the file have come. */
  uploadsBreakAt?: number;
  /** Uploads break off whenever a multiple of so many bytes have come. */
  uploadsBreakEvery?: number;
  /** Bytes of a chunk that broke off are kept. */
  uploadsKeepParts?: boolean;
  /** Where counting begins: with 1 and every third request, the second one is the first to fail. */
  seed?: number;
}

/**
 * What an operation answers in place of what the mock would: these data, this refusal, this HTTP answer, a connection that
 * is cut, or with `{}` the mock's own.
 */
export type Answer = { data: unknown } | { code: number; msg?: string } | { status: number; body?: string } | { drop: true } | {};

/** A request that the mock received. */
export interface Received {
  /** The path it was sent to. */
  path: string;
  /** The operation of that path, for example `room.create`. */
  operation: string | null;
  /** Its parameters as they were sent, without `sign`; those of files by the name of the file. */
  params: Record<string, string>;
  /** What came of it. */
  verdict: "accepted" | "refused" | "misbehaved";
  /** The code of a refusal. */
  code: number | null;
  /** Its message. */
  msg: string | null;
}

/** A callback, signed as the service does it. */
export interface Delivery {
  /** The callback, for example `class_event`. */
  name: string;
  /** Where it is to go; empty if no address was set for it. */
  url: string;
  /** The header of that name. */
  contentType: string;
  body: string;
}

/** What the receiver of a callback answered. It was taken with status 200 and code 0 in the body. */
export interface PostedAnswer {
  status: number;
  body: string;
}

/** The same as a `fetch` gives it. */
export interface PostedResponse {
  readonly status: number;
  text(): Promise<string>;
}

/** A callback that was posted, or is about to be. */
export interface Posted extends Delivery {
  /** 1, or 2 and 3 where it was posted again since it was not taken. */
  attempt: number;
  /** When, in milliseconds since 1970 by the mock's clock. */
  at: number;
  /** The answer; none while it is under way, and where there was none. */
  answer?: PostedAnswer;
  /** Why there was no answer. */
  error?: string;
  /** Whether the service takes it for taken. */
  taken: boolean;
}

/** Settings of a mock. */
export interface MockOptions {
  /** Where it seems to be: `https://mock.invalid` unless you say it. Nothing is sent there. */
  domain?: string;
  /** The account's id. */
  partnerId?: string | number | bigint;
  /** The account's key. */
  partnerKey?: string;
  /** Calls in 10 s; 200 unless you say it, as the service has it. 0 is no limit. */
  rate?: number;
  /** Refuses timestamps that are not 10 digits or further than 300 s off, and parameters that the documents lack. */
  strict?: boolean;
  /** Answers of operations in place of the mock's: one that is given each time, or a list of which each is given once. */
  answers?: Record<string, Answer | Answer[]>;
  /** Operations at other paths. */
  paths?: Record<string, string>;
  /** What goes wrong. */
  misbehave?: Behaviour;
  /** How many milliseconds after its upload a video is transcoded: 300 unless you say it. */
  transcoding?: number;
  /** The time, in milliseconds since 1970. `Date.now` unless you say it. */
  now?: () => number;
  /**
   * Posts callbacks: `fetch` unless you say it. It gives what the receiver answered, or its Response. It has 5 s, and must not wait for
   * `trigger` or `advance` of the same mock, which wait for it.
   */
  post?: (delivery: Delivery) => PostedAnswer | PostedResponse | Promise<PostedAnswer | PostedResponse>;
}

// The options of a client.
import type { CallEvent } from "./events.js";
import type { FetchLike, HttpExecutor } from "./http.js";
import type { Priority } from "./options.js";
import type { Store } from "./store.js";

/**
 * What a client is made of. `domain`, `partnerId` and `partnerKey` that are left out come from BAIJIAYUN_DOMAIN,
 * BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY, else, in Node, from `baijiayun.toml` in the working directory or
 * `baijiayun/config.toml` in the user's configuration folder, as `bjy` reads them.
 */
export interface ClientOptions {
  /**
   * The name of an account in these files: its table `[accounts.NAME]` has what is left out here, and the three variables
   * are not heeded. BAIJIAYUN_ACCOUNT if nothing is said. In Node alone.
   */
  account?: string | undefined;
  /** The account's domain prefix (`demo` for demo.at.baijiayun.com), a white-label host, or a whole address (a proxy). */
  domain?: string;
  /** The account's id. */
  partnerId?: string | number | bigint;
  /** The account's key. It must not reach a browser or an app, and is refused there. */
  partnerKey?: string | undefined;
  /**
   * Signs where the key is not: it asks your server for the MD5, in lower-case hex, of the text, `&partner_key=` and
   * the key. It is only for those who may do everything that the account can do: the path is not signed, so a signature
   * for `room.info` also deletes the room, and no look at the text tells which it will be. Apps and pages of all others
   * get the link, the token or the upload address from your server.
   */
  signer?: ((text: string) => string | Promise<string>) | undefined;
  /** Takes a partnerKey in a browser: for pages that nobody else can open, and tests. Whoever opens the page has the key. */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** Other keys by which callbacks may be signed, while you change keys. */
  callbackKeys?: readonly string[] | undefined;
  /** Paths by operation name, in place of those that are guesses: what `bjy doctor` found out for your account. */
  paths?: Record<string, string> | undefined;
  /**
   * How many requests the account may send in so many seconds; calls wait for their turn. 200 in 10 s if nothing is
   * said, as the documents say; `false` for no limit.
   */
  quota?: { requests: number; seconds: number } | false | undefined;
  /** Whether the limits of single operations are kept; true if nothing is said. */
  operationQuota?: boolean | undefined;
  /** Who goes first where a limit makes calls wait; `normal` if nothing is said. */
  priority?: Priority | undefined;
  /**
   * The name by which the accounts of several clients share one limit over all operations: the vendor's page of 2026
   * counts 200 requests in 10 s per account and per server address. It joins the clients of this process, and with a
   * `store` those of all processes that have the same name.
   */
  sharedAs?: string | undefined;
  /** Most attempts per call, throttled ones aside; 3 if nothing is said, 1 tries nothing again. */
  attempts?: number | undefined;
  /** Longest time for one attempt, in milliseconds; 30,000 if nothing is said. */
  attemptTimeout?: number | undefined;
  /** Longest time for a whole call with all waits and attempts, in milliseconds; 120,000 if nothing is said. */
  deadline?: number | undefined;
  /** Both of these for a call that sends files; an hour if nothing is said. */
  uploadDeadline?: number | undefined;
  /**
   * Most bytes of an answer, decoded; 8 MiB (8,388,608) if nothing is said. An answer that would be longer is an
   * {@link AnswerError} of the kind `too_large`: several at once must not end the process.
   */
  maxAnswer?: number | undefined;
  /** Lets calls go to the vendor's own domains without TLS, where everybody on the way could read and change them. */
  allowHttp?: boolean | undefined;
  /**
   * Whether calls and callbacks whose data depart from the documents fail with a {@link DeparturesError}. If nothing is
   * said they are given without what departs, and `withDetails()` names the places.
   */
  strict?: boolean | undefined;
  /** Keeps the limits together with other processes: {@link redisStore}. */
  store?: Store | undefined;
  /** What the keys in the store begin with; `baijiayun` if nothing is said. */
  storePrefix?: string | undefined;
  /** Sends the requests, in place of `fetch`. */
  http?: HttpExecutor | undefined;
  /** Takes the place of the global `fetch`: undici's with a proxy, or one of a test. */
  fetch?: FetchLike | undefined;
  /** Is told of each request, answer, retry, wait and end: for logs and metrics. What it throws reaches no call. */
  onEvent?: ((event: CallEvent) => void) | undefined;
  /** Closes the client at once when it is aborted, as `close({ within: 0 })` does. */
  signal?: AbortSignal | undefined;
}

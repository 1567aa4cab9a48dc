import { Callbacks } from "./callbacks.js";
import { Claims } from "./claims.js";
import { Driver } from "./engine.js";
import type { SignedRequest } from "./engine.js";
import { InvalidAccountError } from "./errors.js";
import { Resources } from "./generated/index.js";
import type { OperationName, Operations } from "./generated/index.js";
import type { HttpExecutor } from "./http.js";
import { Links } from "./links.js";
import { said } from "./options.js";
import type { CallOptions, Priority } from "./options.js";
import { call } from "./resource.js";
import type { CallPromise } from "./resource.js";
import type { Store } from "./store.js";
import { Videos } from "./uploads.js";
import { defaultExecutor } from "./xhr.js";

/** What a client is made of. */
export interface ClientOptions {
  /** The account's domain prefix (`demo` for demo.at.baijiayun.com), a white-label host, or a whole address (a proxy). */
  domain: string;
  /** The account's id. */
  partnerId: string | number | bigint;
  /** The account's key. It must not reach a browser or an app. */
  partnerKey?: string | undefined;
  /**
   * Signs where the key is not: it asks your server for the MD5, in lower-case hex, of the text, `&partner_key=` and
   * the key. It is only for those who may do everything that the account can do: the path is not signed, so a signature
   * for `room.info` also deletes the room, and no look at the text tells which it will be. Apps and pages of all others
   * get the link, the token or the upload address from your server.
   */
  signer?: ((text: string) => string | Promise<string>) | undefined;
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
}

/** How a client is closed. */
export interface CloseOptions {
  /** How long calls under way may take to end, in milliseconds; 30,000 if nothing is said. */
  within?: number | undefined;
}

type ParamsOf<Name extends OperationName> = Operations[Name]["params"];

/** `params` may be left out where none is required. */
type CallArguments<Params> =
  Record<string, never> extends Params
    ? [params?: Params | undefined, options?: CallOptions | undefined]
    : [params: Params, options?: CallOptions | undefined];

/**
 * Calls the server API of BaijiaYun (百家云) for one account. Keep one per account: it keeps the account's limits.
 *
 * ```
 * const client = new Client({ domain: "demo", partnerId: "12345678", partnerKey: process.env.BAIJIAYUN_PARTNER_KEY });
 * const room = await client.room.create({ title: "测试教室", start_time: new Date(), end_time: inTwoHours });
 * ```
 *
 * It need not be closed; {@link Client.close} is for servers that end in good order.
 */
export class Client extends Resources {
  /** 点播视频 Videos on demand, with their upload in one go. */
  override readonly video: Videos;
  /** What the service posts to you. */
  readonly callbacks: Callbacks;
  /** Links into rooms and to recordings, which people open in a browser. */
  readonly links: Links;
  readonly #driver: Driver;

  constructor(options: ClientOptions) {
    check(options ?? {});
    const driver = new Driver(configOf(options), {
      http: options.http ?? defaultExecutor,
      store: options.store,
      signer: options.signer,
    });
    driver.check();
    super(driver);
    this.#driver = driver;
    this.video = new Videos(driver);
    this.callbacks = new Callbacks(driver, new Claims(options.store, options.storePrefix ?? "baijiayun"));
    this.links = new Links(driver, options.deadline);
  }

  /**
   * Sends nothing any more. Calls that wait (for a limit, a store, a signer, the next attempt) end at once with a
   * {@link ClosedError}. Those under way may end within the time that is given, but are not tried again; then they end
   * with that error too, which says that the service may have carried them out. It resolves when the last one has ended.
   *
   * ```
   * process.on("SIGTERM", () => server.close(() => client.close({ within: 5_000 })));
   * ```
   */
  close({ within = 30_000 }: CloseOptions = {}): Promise<void> {
    return this.#driver.close(within);
  }

  /**
   * Calls an operation by its name.
   *
   * ```
   * const room = await client.call("room.info", { room_id });
   * ```
   */
  call<Name extends OperationName>(
    name: Name,
    ...[params, options]: CallArguments<ParamsOf<Name>>
  ): CallPromise<Operations[Name]["result"]> {
    return call(this.#driver, name, params, options);
  }

  /**
   * What a call would send, signed but not sent: to look at it, or to send it by other means. The service's limits,
   * retries and the answer are then your own affair, and the signature is good for a few minutes only. In a browser,
   * `await ready()` first.
   */
  request<Name extends OperationName>(name: Name, ...[params, options]: CallArguments<ParamsOf<Name>>): SignedRequest {
    return this.#driver.build(name, params, options);
  }

  /**
   * Calls a path that the description lacks. It is signed and its answer read like any other; the data come as the
   * service writes them.
   */
  callPath<Data = unknown>(
    path: `/${string}`,
    params?: Record<string, unknown>,
    options: CallOptions & { method?: "GET" | "POST" | undefined } = {},
  ): CallPromise<Data> {
    const { method = "POST" } = options;
    // What follows a line break would be read as options; a blank is refused as well.
    return call(this.#driver, `${String(method)} ${String(path)}`.replaceAll("\n", " "), params, options);
  }
}

const OPTIONS = new Set<string>([
  "domain",
  "partnerId",
  "partnerKey",
  "signer",
  "callbackKeys",
  "paths",
  "quota",
  "operationQuota",
  "priority",
  "sharedAs",
  "attempts",
  "attemptTimeout",
  "deadline",
  "uploadDeadline",
  "maxAnswer",
  "allowHttp",
  "strict",
  "store",
  "storePrefix",
  "http",
] satisfies (keyof ClientOptions)[]);

/** What the engine cannot tell from JSON; it checks the rest. */
function check(options: Partial<ClientOptions>): void {
  const invalid = (message: string, hint?: string) => {
    throw new InvalidAccountError({ kind: "invalid_account", message, ...(hint && { hint }) });
  };
  for (const name in options) {
    if (!OPTIONS.has(name)) invalid(`there is no option ${JSON.stringify(name.slice(0, 40))}`, `the options are ${[...OPTIONS].join(", ")}`);
  }
  const { domain, partnerId, partnerKey, signer, quota } = options;
  const missing = (name: string) => invalid(`${name} is missing`, "is the environment variable set that it comes from?");
  const empty = (value: unknown) => value === undefined || value === null;
  if (empty(domain)) missing("domain");
  if (empty(partnerId)) missing("partnerId");
  if (empty(partnerKey) && !signer) missing("partnerKey (or a signer)");
  if (!empty(partnerKey) && signer) invalid("both partnerKey and signer are given");
  for (const [name, value] of Object.entries({ domain, partnerKey, storePrefix: options.storePrefix })) {
    if (!empty(value) && typeof value !== "string") invalid(`${name} is ${typeof value === "object" ? "an object" : `a ${typeof value}`}, not a text`);
  }
  for (const [name, value] of Object.entries({ signer, http: options.http, "store.evaluate": options.store?.evaluate })) {
    const isGiven = name === "store.evaluate" ? options.store : value;
    if (isGiven && typeof value !== "function") invalid(`${name} is no function`);
  }
  if (quota && !(quota.requests >= 1)) invalid("quota.requests has to be a whole number from 1 up", "`false` is no limit");
}

function configOf(options: ClientOptions): string {
  const { quota } = options;
  return JSON.stringify({
    domain: options.domain,
    partner_id: String(options.partnerId),
    partner_key: options.partnerKey ?? undefined,
    callback_keys: options.callbackKeys,
    paths: options.paths,
    settings: {
      quota: quota ? [said(quota.requests), said(quota.seconds)] : quota === false ? [0, 1] : undefined,
      operation_quota: options.operationQuota,
      attempts: said(options.attempts),
      attempt_timeout: said(options.attemptTimeout),
      deadline: said(options.deadline),
      upload_deadline: said(options.uploadDeadline),
      max_answer: said(options.maxAnswer),
      allow_http: options.allowHttp,
      strict: options.strict,
      store: Boolean(options.store),
      store_prefix: options.storePrefix,
      shared_as: options.sharedAs,
      priority: options.priority,
      ids_as_text: true,
      set_aside: true,
    },
  });
}

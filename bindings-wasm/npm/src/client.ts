// The client: all that the package does, behind one class.
import { Callbacks } from "./callbacks.js";
import { said } from "./checks.js";
import { Claims } from "./claims.js";
import type { ClientOptions } from "./client-options.js";
import { Driver } from "./engine.js";
import type { SignedRequest } from "./engine.js";
import { MisuseError } from "./errors.js";
import { Resources } from "./generated/index.js";
import type { OperationName, Operations } from "./generated/index.js";
import { executorOf } from "./http.js";
import { Links } from "./links.js";
import { named } from "./named.js";
import type { CallOptions } from "./options.js";
import { reading } from "./reading.js";
import { call } from "./resource.js";
import type { CallPromise } from "./resource.js";
import { configOf } from "./settings.js";
import { Videos } from "./uploads.js";
import { defaultExecutor } from "./xhr.js";

/** How a client is closed. */
export interface CloseOptions {
  /** How long calls under way may take to end, in milliseconds; 30,000 if nothing is said. */
  within?: number | undefined;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : named(value));

/** Options that cannot be read are refused with the others. */
function methodIn(options: { method?: unknown } | null | undefined): string {
  try {
    const { method = "POST" } = options ?? {};
    return textOf(method);
  } catch {
    return "POST";
  }
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

  constructor(given?: ClientOptions) {
    const { config, options } = configOf(given);
    const { http, fetch, store, signer, onEvent, signal } = options;
    const driver = new Driver(config, { http: http ?? (fetch ? executorOf(fetch) : defaultExecutor), store, signer, onEvent });
    super(driver);
    this.#driver = driver;
    this.video = new Videos(driver);
    this.callbacks = new Callbacks(driver, new Claims(store, options.storePrefix ?? "baijiayun"));
    this.links = new Links(driver, options.deadline);
    if (signal) driver.closeBy(signal);
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
  async close(options?: CloseOptions): Promise<void> {
    const within: unknown = reading("the options of close", () => options?.within ?? 30_000);
    if (!(typeof within === "number" && within >= 0)) {
      const message = `within has to be a number of milliseconds from 0 up, not ${said(within)}`;
      throw new MisuseError({ kind: "misuse", message, hint: "client.close({ within: 5_000 })" });
    }
    await this.#driver.close(within);
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
    return this.#driver.build(this.#driver.ask(name, params, options));
  }

  /**
   * Calls a path that the description lacks. It is signed and its answer read like any other; the data come as the
   * service writes them.
   */
  callPath<Data = unknown>(
    path: `/${string}`,
    params?: Record<string, unknown>,
    options?: CallOptions & { method?: "GET" | "POST" | undefined },
  ): CallPromise<Data> {
    return call(this.#driver, `${methodIn(options)} ${textOf(path)}`, params, options);
  }
}

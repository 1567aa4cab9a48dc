// The settings of a client: checked, and written as the engine reads them.
import { isFunction, said, text, time } from "./checks.js";
import type { Check } from "./checks.js";
import type { ClientOptions } from "./client-options.js";
import { VARIABLES, keyName } from "./configuration.js";
import type { Configuration } from "./configuration.js";
import { BaijiayunError, InvalidAccountError } from "./errors.js";
import type { Fault } from "./errors.js";
import { named, wordsOf } from "./named.js";
import { inJavaScript, isSignal } from "./options.js";
import { platform } from "./platform.js";
import { SOUND, faultOf } from "./probe.js";
import { legible } from "./reading.js";
import { isReady } from "./wasm.js";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, most: number) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;

const name: Check = (value) => text(value) || (value === "" && "is an empty text");
const flag: Check = (value) => typeof value !== "boolean" && `is ${named(value)}, but has to be true or false`;
const whole =
  (what: string, most: number): Check =>
  (value) =>
    !isWhole(value, most) && `has to be a whole number ${what}, not ${said(value)}`;

function quota(value: unknown): string | false | undefined {
  if (value === false) return undefined;
  const form = "has to be { requests, seconds }, or false for no limit";
  if (!isObject(value)) return `is ${named(value)}, but ${form}`;
  const { requests, seconds, ...more } = value as { requests?: unknown; seconds?: unknown };
  const [other] = Object.keys(more);
  if (other !== undefined) return `has ${JSON.stringify(other.slice(0, 40))}, but ${form}`;
  for (const [name, number] of Object.entries({ requests, seconds })) {
    if (!isWhole(number, 0xffff_ffff)) return `${form}: ${name} has to be a whole number from 1 up, not ${said(number)}`;
  }
  return undefined;
}

function partnerId(value: unknown): string | false | undefined {
  if (typeof value === "bigint") return undefined;
  if (typeof value !== "number") return text(value) && `is ${named(value)}, not a text or a number`;
  return !Number.isSafeInteger(value) && `is ${Number.isInteger(value) ? "a number that JavaScript does not keep exactly: give it as text" : "no whole number"}`;
}

function texts(value: unknown): string | undefined {
  if (!Array.isArray(value)) return `is ${named(value)}, not an array of texts`;
  const wrong = value.findIndex((item) => typeof item !== "string");
  return wrong < 0 ? undefined : `[${wrong}] is ${named(value[wrong])}, not a text`;
}

function paths(value: unknown): string | undefined {
  if (!isObject(value)) return `is ${named(value)}, not an object of operation names and paths`;
  const [wrong] = Object.entries(value).filter(([, path]) => typeof path !== "string");
  return wrong && `: the path of ${wrong[0].slice(0, 60)} is ${named(wrong[1])}, not a text`;
}

function store(value: unknown): string | false | undefined {
  const { evaluate } = (value ?? {}) as { evaluate?: unknown };
  return typeof evaluate !== "function" && `is ${named(value)} without a function evaluate: redisStore(client) makes a store of a client of ioredis or node-redis`;
}

const PRIORITIES: unknown[] = ["high", "normal", "low"];

const CHECKS: Record<keyof ClientOptions, Check> = {
  account: text,
  domain: text,
  partnerId,
  partnerKey: text,
  signer: isFunction,
  dangerouslyAllowBrowser: flag,
  callbackKeys: texts,
  paths,
  quota,
  operationQuota: flag,
  priority: (value) => !PRIORITIES.includes(value) && "has to be high, normal or low",
  sharedAs: name,
  attempts: whole("from 1 up", 0xffff_ffff),
  attemptTimeout: time,
  deadline: time,
  uploadDeadline: time,
  maxAnswer: whole("of bytes from 1 to 1073741824", 1 << 30),
  allowHttp: flag,
  strict: flag,
  store,
  storePrefix: name,
  http: isFunction,
  fetch: isFunction,
  onEvent: isFunction,
  signal: (value) => !isSignal(value) && `is ${named(value)}, no AbortSignal`,
};

const ACCOUNT = ["domain", "partnerId", "partnerKey"] as const;

/** What a client is made of, as the engine takes it. */
export function configOf(given: ClientOptions | undefined): { config: string; options: ClientOptions } {
  try {
    return read(given);
  } catch (thrown) {
    const cause = legible(thrown);
    if (cause instanceof BaijiayunError) throw cause;
    throw new InvalidAccountError({ kind: "invalid_account", message: `the options cannot be read: ${wordsOf(cause)}` }, { cause });
  }
}

function read(given: ClientOptions | undefined): { config: string; options: ClientOptions } {
  const faults: Fault[] = [];
  const hints: string[] = [];
  const refuse = (parameter: string, kind: Fault["kind"], message: string, hint?: string | null) => {
    faults.push({ parameter, kind, message });
    if (hint && !hints.includes(hint)) hints.push(hint);
  };
  if (given !== undefined && !isObject(given)) {
    throw invalid([{ parameter: "options", kind: "wrong_type", message: `the options are ${named(given)}, no object` }], []);
  }
  // A copy of what is the caller's own: what is changed later, or stands in Object.prototype, is no option.
  const options: Partial<ClientOptions> = Object.assign({ __proto__: null }, given);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) {
      const known = `the options are ${Object.keys(CHECKS).join(", ")}`;
      refuse(name, "unknown", `there is no option ${JSON.stringify(name.slice(0, 40))}`, known);
      continue;
    }
    const isAccount = ACCOUNT.includes(name as "domain");
    if (isAccount && (value === undefined || value === null) && !(name === "partnerKey" && options.signer)) {
      refuse(name, "missing", `${name} is missing: it is ${value}`, FROM_WHERE);
    } else if (value !== undefined && !(name === "partnerKey" && value === null)) {
      const why = CHECKS[name as keyof ClientOptions](value);
      if (why) refuse(name, "wrong_type", `${name}${/^[[:]/.test(why) ? "" : " "}${why}`);
    }
  }
  const isUnsaid = ACCOUNT.some((name) => !(name in options) && !(name === "partnerKey" && options.signer));
  const { signer, http, fetch } = options;
  if (options.partnerKey != null && signer) refuse("signer", "wrong_type", "both partnerKey and signer are given");
  if (http && fetch) refuse("fetch", "wrong_type", "both http and fetch are given: either sends the requests");
  const { domain, partnerId, partnerKey, paths } = isUnsaid ? configured(options, refuse) : accountOf(options);
  if (partnerKey !== undefined && isBrowser() && options.dangerouslyAllowBrowser !== true) {
    refuse("partnerKey", "wrong_type", "partnerKey is given in a browser, where everybody can read it: whoever has it is the account", IN_BROWSER);
  }
  // What was refused already is not looked at once more.
  const sound = Object.fromEntries(Object.entries(options).filter(([name]) => faults.every(({ parameter }) => parameter !== name))) as Partial<ClientOptions>;
  const config = {
    domain,
    partner_id: partnerId,
    partner_key: partnerKey,
    callback_keys: sound.callbackKeys,
    paths: { ...paths, ...sound.paths },
    settings: settingsOf(sound),
  };
  for (const fault of faultsOf(config, faults)) {
    const { parameter, hint } = fault;
    if (faults.every((known) => known.parameter !== parameter)) refuse(parameter, "wrong_type", fault.message, hint);
  }
  if (faults.length > 0) throw invalid(faults, hints);
  return { config: JSON.stringify(config), options: options as ClientOptions };
}

const FROM_WHERE =
  "is the environment variable set that it comes from? Without the option, BAIJIAYUN_DOMAIN, BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY are read";
const IN_BROWSER =
  "let pages call your server, or give a signer; dangerouslyAllowBrowser: true is for pages that nobody else can open, and tests";

function invalid(faults: Fault[], hints: string[]): InvalidAccountError {
  const message = faults.flatMap(({ message }) => message || []).join("; ");
  const [hint] = hints.length > 0 ? [hints.join("; ")] : [];
  return new InvalidAccountError({ kind: "invalid_account", message, faults, ...(hint && { hint }) });
}

function accountOf({ domain, partnerId, partnerKey }: Partial<ClientOptions>): Configuration {
  // What is none of these was refused.
  const textOf = (value: unknown) => (typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? String(value) : undefined);
  return { domain: textOf(domain), partnerId: textOf(partnerId), partnerKey: textOf(partnerKey), paths: {} };
}

/** What is not given comes from the environment and, in Node, from the files that `bjy` reads. */
function configured(options: Partial<ClientOptions>, refuse: (name: string, kind: "missing", message: string, hint: string) => void): Configuration {
  const given = accountOf(options);
  const { account, signer } = options;
  const found = platform.configuration?.({ ...given, account, hasSigner: Boolean(signer) }) ?? { ...environment(), ...definedIn(given), paths: {} };
  if (signer) found.partnerKey = undefined;
  if (account && !platform.configuration) refuse("account", "missing", `the account ${account} stands in a file, and files are read in Node alone`, FROM_WHERE);
  const missing = ACCOUNT.filter((name) => !found[name] && !(name in options) && !(name === "partnerKey" && signer));
  const variables = missing.map((name) => VARIABLES[name]).join(", ");
  const file = platform.configuration ? ", or write it in baijiayun.toml" : "";
  const { named } = found;
  const whose = named ? ` ${named.account}` : "";
  const hint = named
    ? `write it in [accounts.${keyName(named.account)}] in ${named.file}`
    : `give ${missing.join(", ")} to new Client({ ... }), or set ${variables}${file}`;
  for (const name of missing) {
    // They are told together.
    const message = name === missing[0] ? `the account${whose} lacks ${missing.join(", ")}` : "";
    refuse(name, "missing", message, hint);
  }
  return found;
}

function environment(): Omit<Configuration, "paths" | "named"> {
  const env = (globalThis as { process?: { env?: Record<string, string> } }).process?.env ?? {};
  const read = (name: keyof typeof VARIABLES) => env[VARIABLES[name]] || undefined;
  return { domain: read("domain"), partnerId: read("partnerId"), partnerKey: read("partnerKey") };
}

function definedIn<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function settingsOf(options: Partial<ClientOptions>): object {
  const { quota } = options;
  return {
    quota: quota ? [quota.requests, quota.seconds] : quota === false ? [0, 1] : undefined,
    operation_quota: options.operationQuota,
    attempts: options.attempts,
    attempt_timeout: options.attemptTimeout,
    deadline: options.deadline,
    upload_deadline: options.uploadDeadline,
    max_answer: options.maxAnswer,
    allow_http: options.allowHttp,
    strict: options.strict,
    store: Boolean(options.store),
    store_prefix: options.storePrefix,
    shared_as: options.sharedAs,
    priority: options.priority,
    ids_as_text: true,
    set_aside: true,
  };
}

/** What the engine finds: it tells the first fault of what it is given, so it is given member by member. */
function faultsOf(config: Record<string, unknown>, known: Fault[]): { parameter: string; message: string; hint?: string | null | undefined }[] {
  if (!isReady()) return [];
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  const isSound = known.length === 0 && faultOf(config) === undefined;
  const found = isSound ? [] : given.map(([name, value]) => ({ name, error: faultOf({ ...SOUND, [name]: value }) }));
  return found.flatMap(({ name, error }) => {
    const parameter = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return error ? [{ parameter, message: inJavaScript(error.message), hint: error.hint && inJavaScript(error.hint) }] : [];
  });
}

/** A page or one of its workers; a test environment that looks like one runs in Node. */
function isBrowser(): boolean {
  const { process, Deno, document, WorkerGlobalScope } = globalThis as unknown as Record<string, any>;
  const isServer = platform.isServer || Deno !== undefined || process?.versions?.node !== undefined;
  return !isServer && (typeof document === "object" || typeof WorkerGlobalScope === "function");
}

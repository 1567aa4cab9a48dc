// The options of a mock, checked before its engine reads them.
import { named } from "../../npm/src/named.js";
import { LONE, textOf } from "./text.js";
import type { Behaviour, MockOptions } from "./types.js";

/** What a mock is made of: the engine's part of it as JSON. */
export interface Settings {
  account: { domain: string; partnerId: string; partnerKey: string };
  engine: string;
  now: MockOptions["now"] | undefined;
  post: MockOptions["post"] | undefined;
}

/** What a value has to be; nothing if it is that. */
type Check = (value: unknown) => string | false;

const MOST = 2 ** 32 - 1;
const isWhole = (value: unknown, most: number) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

const whole = (most = MOST): Check => (value) => !isWhole(value, most) && `a whole number from 0 to ${most}`;
const text: Check = (value) => {
  if (typeof value !== "string" || value === "") return "a text";
  return LONE.test(value) && "without half characters (lone surrogates)";
};
const id: Check = (value) => !(isWhole(value, Number.MAX_SAFE_INTEGER) || typeof value === "bigint") && text(value) && "a text or a whole number";
const flag: Check = (value) => typeof value !== "boolean" && "true or false";
const isFunction: Check = (value) => typeof value !== "function" && "a function";
const paths: Check = (value) =>
  !(isObject(value) && Object.values(value).every((path) => typeof path === "string" && path.startsWith("/"))) &&
  "an object of operations and paths that begin with /";
const object: Check = (value) => !isObject(value) && "an object";

const MILLISECONDS = whole(Number.MAX_SAFE_INTEGER);
const BYTES = MILLISECONDS;

const OPTIONS: Record<keyof MockOptions, Check> = {
  domain: text,
  partnerId: id,
  partnerKey: text,
  rate: whole(),
  strict: flag,
  answers: object,
  paths,
  misbehave: object,
  transcoding: MILLISECONDS,
  now: isFunction,
  post: isFunction,
};

const FAULTS: Record<keyof Behaviour, Check> = {
  latency: MILLISECONDS,
  errorsEvery: whole(),
  dropsEvery: whole(),
  throttlesEvery: whole(),
  throttlesWith200: flag,
  htmlEvery: whole(),
  phpLoose: flag,
  uploadsBreakAt: BYTES,
  uploadsBreakEvery: BYTES,
  uploadsKeepParts: flag,
  seed: whole(),
};

/** A copy of what is said, each member of it checked. Errors have the names as the caller has them, and no texts. */
function checked(given: unknown, checks: Record<string, Check>, where: string): Record<string, unknown> {
  if (!isObject(given)) throw new TypeError(`${where}: an object is wanted, not ${named(given)}`);
  const said = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const wrong = said.flatMap(([name, value]) => {
    if (!Object.hasOwn(checks, name)) return `there is no ${JSON.stringify(name.slice(0, 40))}, only ${Object.keys(checks).join(", ")}`;
    const wanted = checks[name]!(value);
    // What is no key may be one that lacks its quotes.
    const isTold = typeof value === "number" && name !== "partnerKey";
    return wanted ? `${name} must be ${wanted}, not ${isTold ? value : named(value)}` : [];
  });
  if (wrong.length > 0) throw new TypeError(`${where}: ${wrong.join("; ")}`);
  return Object.fromEntries(said);
}

/** Faults as the engine names them: `errorsEvery` is `errors_every`. */
export function faultsOf(given: unknown, where: string): object {
  const named = ([name, value]: [string, unknown]) => [name.replace(/[A-Z]|\d+/g, (begin) => `_${begin.toLowerCase()}`), value];
  return Object.fromEntries(Object.entries(checked(given ?? {}, FAULTS, where)).map((entry) => named(entry))) as object;
}

const PORT = whole(65_535);

export function portOf(given: unknown): number {
  const { port = 0 } = checked(given, { port: () => false }, "listen") as { port?: number };
  const wanted = PORT(port);
  if (wanted) throw new RangeError(`listen: port must be ${wanted}, not ${typeof port === "number" ? port : named(port)}`);
  return port;
}

const CREATE = "createMock";

export function settingsOf(given: unknown): Settings {
  const { domain, partnerId, partnerKey, now, post, misbehave, ...others } = checked(given, OPTIONS, CREATE) as MockOptions;
  const account = {
    domain: domain ?? "https://mock.invalid",
    partnerId: String(partnerId ?? "12345678"),
    partnerKey: partnerKey ?? "the-partner-key-of-the-mock",
  };
  const faults = faultsOf(misbehave, `${CREATE}: misbehave`);
  const engine = textOf({ partner_id: account.partnerId, partner_key: account.partnerKey, misbehave: faults, ...others }, CREATE);
  return { account, engine, now, post };
}

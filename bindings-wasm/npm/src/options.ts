// The options of a call: checked, and copied when it is made.
import { InvalidParametersError } from "./errors.js";
import { isFunction, time } from "./checks.js";
import type { Check } from "./checks.js";
import { named, tagOf } from "./named.js";
import { readingOf, writeJson } from "./params.js";

/** Who goes first where a limit makes calls wait. */
export type Priority = "high" | "normal" | "low";

/** Settings of one call, in place of the client's. */
export interface CallOptions {
  /** Gives the call up when it is aborted; the call then fails with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Which failures are tried again. `safe` (the default): those that cannot have changed anything, so those of
   * operations that only read, of requests that never left, and throttled ones. `always`: any, and the call may be
   * carried out twice. `never`: none.
   */
  retry?: "safe" | "always" | "never" | undefined;
  /** Most attempts. */
  attempts?: number | undefined;
  /** Longest time for one attempt, in milliseconds. */
  attemptTimeout?: number | undefined;
  /** Longest time for the whole call with all waits and attempts, in milliseconds. */
  deadline?: number | undefined;
  /**
   * Who goes first where a limit makes calls wait. `high`: before all others, for what a person is waiting for. `low`:
   * after all others and never with the last fifth of a limit, for a nightly job.
   */
  priority?: Priority | undefined;
  /** Most bytes of the answer, decoded; more than the client's if you like. */
  maxAnswer?: number | undefined;
  /** Whether the call fails with a {@link DeparturesError} where its answer departs from the documents. */
  strict?: boolean | undefined;
  /** Parameters that the description lacks. They are sent unchecked. */
  extra?: Record<string, unknown> | undefined;
}

const CALL = ["signal", "retry", "attempts", "attemptTimeout", "deadline", "priority", "maxAnswer", "strict", "extra", "method"];
const UPLOAD = [
  "onProgress",
  "onRegistered",
  "chunkSize",
  "useHttps",
  "waitForTranscoding",
  "resumes",
  "stallTimeout",
];

/** What the engine does not look at. */
const CHECKS: Record<string, Check> = { onProgress: isFunction, onRegistered: isFunction, stallTimeout: time };

/** The options that there are. */
const KNOWN = new Set([...CALL, ...UPLOAD]);

/** Options as they were when the call was made; what is changed later does not reach it. */
export interface AskedOptions extends Omit<CallOptions, "extra"> {
  /** As JSON. */
  extra: string | undefined;
}

/** Copies the options of a call. One that is misspelt must not be as good as none. */
export function readOptions(operation: string, options: unknown): AskedOptions | undefined {
  if (options === undefined || options === null) return undefined;
  const refuse = (message: string, hint: string) => {
    throw new InvalidParametersError({ kind: "invalid_parameters", operation, message, hint });
  };
  const known = `the options are ${CALL.join(", ")}; parameters that the description lacks go into extra`;
  if (typeof options !== "object" || tagOf(options) === "Array") refuse(`the options are ${named(options)}, no object`, known);
  const asked: Record<string, unknown> = { __proto__: null };
  for (const [name, value] of readingOf(operation, () => Object.entries(options), "the options")) {
    if (!KNOWN.has(name)) refuse(`there is no option ${JSON.stringify(name.slice(0, 40))}`, known);
    const why = value !== undefined && value !== null && CHECKS[name]?.(value);
    if (why) refuse(`${name} ${why}`, known);
    asked[name] = value;
  }
  const { signal, extra } = asked;
  if (signal === null) asked["signal"] = undefined;
  else if (signal !== undefined && !isSignal(signal)) {
    refuse(`signal is ${named(signal)}, no AbortSignal`, "give the `signal` of an AbortController");
  }
  if (extra !== undefined) asked["extra"] = writeJson(operation, extra, false, "extra is").text || undefined;
  return asked as unknown as AskedOptions;
}

/** Of whatever realm. */
export function isSignal(value: unknown): value is AbortSignal {
  try {
    const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>;
    return typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function";
  } catch {
    return false;
  }
}

/** A number as the engine refuses it or not: what JSON cannot say (NaN, a bigint, a function) would look like nothing. */
export function said(value: unknown): unknown {
  return typeof value === "boolean" ? String(value) : plain(value);
}

/** The same of a text or a flag. */
export function plain(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "object" || typeof value === "function") return named(value);
  return typeof value === "number" && Number.isFinite(value) ? value : String(value);
}

/** The names of settings and options as JavaScript has them, in what the engine says about them. */
export function inJavaScript(text: string): string {
  return text.replace(SETTINGS, (name) => name.replace(/_[a-z]/g, (part) => part[1]!.toUpperCase()));
}

const SETTINGS =
  /\b(?:attempt_timeout|upload_deadline|max_answer|allow_http|operation_quota|store_prefix|shared_as|chunk_size|use_https|callback_keys?|partner_id|partner_key)\b/g;

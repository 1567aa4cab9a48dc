// Parameters, written as the text that the engine reads.
import { BaijiayunError, InvalidParametersError } from "./errors.js";
import type { Fault } from "./errors.js";
import { FileSource, sourceOf } from "./files.js";
import { named, tagOf, wordsOf } from "./named.js";
import { legible } from "./reading.js";

/** Parameters as the engine takes them. */
export interface WrittenParams {
  text: string;
  /** The files among them, by the name under which the engine asks for their content. */
  files: Map<string, FileSource> | undefined;
}

/** Writes the parameters of a call: they are read at once, so that what is changed later does not reach it. */
export function writeParams(operation: string, params: unknown): WrittenParams {
  if (params === undefined || params === null) return { text: "", files: undefined };
  return readingOf(operation, () => {
    const text = records(checked(params));
    // Only what the description has says which of its parameters are points in time.
    return text === undefined ? writeJson(operation, params, !isPath(operation)) : { text, files: undefined };
  });
}

/** Parameters may be anybody's objects: what their getters throw is told as ours. */
export function readingOf<T>(operation: string, read: () => T, what = "the parameters"): T {
  try {
    return read();
  } catch (thrown) {
    const cause = legible(thrown);
    if (cause instanceof BaijiayunError) {
      if (cause.operation) throw cause;
      throw invalid(operation, cause.reason, cause.faults);
    }
    throw invalid(operation, `${what} cannot be read: ${wordsOf(cause)}`, [], cause);
  }
}

/** An object of names and values. */
function checked(params: unknown, what = "the parameters are"): object {
  const isObject = typeof params === "object" && params !== null && !Array.isArray(params);
  if (isObject && (isPlainObject(params) || !isOther(params))) return params;
  throw invalid("", `${what} ${named(params)}, not an object of names and values`);
}

/** Whether it is a path that the description lacks. */
function isPath(operation: string): boolean {
  return operation.includes("/");
}

/**
 * Parameters as the engine reads them soonest: one by one, the name between two characters that JSON does not hold,
 * then the value as JSON. Undefined if there is one that needs a closer look.
 */
function records(params: object): string | undefined {
  if (!isPlainObject(params)) return undefined;
  let text = "";
  // Not Object.entries: this is run for every call.
  for (const name in params) {
    // What others put into Object.prototype is nobody's parameter.
    if (!Object.hasOwn(params, name)) continue;
    const value = (params as Record<string, unknown>)[name];
    if (!isTame(name)) return undefined;
    switch (typeof value) {
      case "string":
        if (!WILD.test(value)) text += `\x1e${name}\x1f"${value}"`;
        else if (LONE.test(value)) return undefined;
        else text += `\x1e${name}\x1f${JSON.stringify(value)}`;
        break;
      case "number":
        if (!isExact(value)) return undefined;
        text += `\x1e${name}\x1f${value}`;
        break;
      case "boolean":
        text += `\x1e${name}\x1f${value}`;
        break;
      case "undefined":
        break;
      case "object":
        if (value === null) break;
        if (!isPlainObject(value) || !isPlain(value, 0)) return undefined;
        text += `\x1e${name}\x1f${JSON.stringify(value)}`;
        break;
      default:
        return undefined;
    }
  }
  return text;
}

/** What JSON escapes. (Of a pair of surrogates it escapes neither, but then there may be half a pair as well.) */
const WILD = /["\\\x00-\x1f\ud800-\udfff]/;

/** Half of a pair of surrogates: with the flag `u` a whole one is another character. */
const LONE = /[\ud800-\udfff]/u;

const LONES = /[\ud800-\udfff]/gu;

/** Names without anything wild: they are few, and the same again and again. */
const tame = new Set<string>();
/** Names may also come from elsewhere. */
const MANY = 10_000;

function isTame(name: string): boolean {
  if (tame.has(name)) return true;
  if (WILD.test(name)) return false;
  if (tame.size < MANY) tame.add(name);
  return true;
}

/**
 * Writes parameters as a JSON object. Most are what JSON can say already. A Date is left to the engine where the
 * description says how it is written (`isDescribed`), and is unix seconds elsewhere, as in most parameters that it has.
 */
export function writeJson(operation: string, params: unknown, isDescribed: boolean, what?: string): WrittenParams {
  if (params === undefined || params === null) return { text: "", files: undefined };
  return readingOf(operation, () => {
    const object = checked(params, what);
    const isSimple = isPlainObject(object) && isPlain(object, 0);
    return isSimple ? { text: JSON.stringify(object), files: undefined } : convert(operation, object, isDescribed);
  });
}

/** The places of longer names are cut off. */
const LONG = 60;

/** Deeper ones are nobody's parameters, but objects that hold themselves. */
const DEEP = 64;

function isPlain(value: object, depth: number): boolean {
  // Not Object.values: this is run for every call.
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    switch (typeof member) {
      case "string":
        if (LONE.test(member)) return false;
        break;
      case "boolean":
      case "undefined":
        break;
      case "number":
        if (!isExact(member)) return false;
        break;
      case "object":
        if (member !== null && !(depth < DEEP && isPlainObject(member) && isPlain(member, depth + 1))) return false;
        break;
      default:
        return false;
    }
    if (LONE.test(name)) return false;
  }
  return true;
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** What JSON would make nothing of: what is walked through by other means (Map, Set, FormData), or is no data at all. */
function isOther(value: object): boolean {
  return NO_DATA.has(tagOf(value)) || (!Array.isArray(value) && Symbol.iterator in value);
}

const NO_DATA = new Set(["Date", "RegExp", "Promise", "Error", "WeakMap", "WeakSet", "WeakRef", "Generator", "AsyncGenerator"]);

/** NaN is none either. */
function isExact(value: number): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}

function convert(operation: string, params: object, isDescribed: boolean): WrittenParams {
  const files = new Map<string, FileSource>();
  const faults: Fault[] = [];
  const refuse = (place: string, message: string) => {
    const parameter = place.length > LONG ? `${place.slice(0, LONG)}...` : place;
    faults.push({ parameter, kind: "wrong_type", message });
    return null;
  };

  function exact(value: unknown, parameter: string, depth = 0): unknown {
    switch (typeof value) {
      case "bigint":
        return value.toString();
      case "number":
        return isExact(value) ? value : refuse(parameter, unkept(value));
      case "string":
        return LONE.test(value) ? refuse(parameter, HALF) : value;
      case "function":
      case "symbol":
        return refuse(parameter, `is a ${typeof value}`);
      case "object":
        return value === null ? null : exactObject(value, parameter, depth);
      default:
        return value;
    }
  }

  function exactObject(value: object, parameter: string, depth: number): unknown {
    if (depth > DEEP) return refuse(parameter, "is nested too deeply, or holds itself");
    if (tagOf(value) === "Date") {
      const time = timeOf(value);
      if (!(Math.abs(time) <= LAST)) return refuse(parameter, "is an invalid Date");
      return isDescribed && depth === 0 ? { unix_ms: time } : Math.floor(time / 1000);
    }
    if (Array.isArray(value)) return value.map((item, index) => exact(item, `${parameter}[${index}]`, depth + 1));
    if (sourceOf(value) !== undefined) return refuse(parameter, "is a file, where none can be");
    if (!isPlainObject(value)) {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === "function") return exact(toJSON.call(value, parameter), parameter, depth + 1);
      const primitive = value.valueOf();
      if (typeof primitive !== "object") return exact(primitive, parameter, depth);
      if (isOther(value)) return refuse(parameter, `is ${named(value)}: make an array or an object of it`);
    }
    const members = Object.entries(value).map(([name, member]) => {
      if (LONE.test(name)) refuse(parameter, `has a name that ${HALF}`);
      return [name, exact(member, `${parameter}.${name}`, depth + 1)];
    });
    return Object.fromEntries(members) as unknown;
  }

  const members = Object.entries(params).map(([name, value]) => {
    if (LONE.test(name)) refuse(name.replace(LONES, "\ufffd"), HALF);
    const source = sourceOf(value);
    if (source === undefined) return [name, exact(value, name)];
    if (typeof source === "string") return [name, refuse(name, source)];
    const key = String(files.size);
    files.set(key, source);
    return [name, { name: source.name, size: source.size, source: key }];
  });
  if (faults.length > 0) throw invalid(operation, faults.map((fault) => `${fault.parameter} ${fault.message}`).join("; "), faults);
  return { text: JSON.stringify(Object.fromEntries(members)), files: files.size > 0 ? files : undefined };
}

const HALF = "holds half a character (a lone surrogate): was a text cut in the middle of an emoji?";

/** The last point in time that a Date can be, in milliseconds. */
const LAST = 8.64e15;

/** A Date may be of another realm (a test environment, an iframe, node:vm). What only says that it is one is none. */
function timeOf(date: object): number {
  try {
    return Date.prototype.getTime.call(date);
  } catch {
    return NaN;
  }
}

function unkept(value: number): string {
  if (!Number.isFinite(value)) return `is ${value}, no number that can be sent`;
  return "is a number that JavaScript does not keep exactly: give it as text or as a bigint";
}

function invalid(operation: string, message: string, faults: readonly Fault[] = [], cause?: unknown): InvalidParametersError {
  return new InvalidParametersError({ kind: "invalid_parameters", operation, message, faults: [...faults] }, { cause });
}

import { FileSource, sourceOf } from "./files.js";
import { InvalidParametersError } from "./errors.js";
import type { Fault } from "./errors.js";

/** Parameters as the engine takes them. */
export interface WrittenParams {
  text: string;
  /** The files among them, by the name under which the engine asks for their content. */
  files: Map<string, FileSource> | undefined;
}

/** Writes the parameters of a call. */
export function writeParams(operation: string, params: object | undefined): WrittenParams {
  const text = params === undefined ? "" : records(params);
  // Only what the description has says which of its parameters are points in time.
  return text === undefined ? writeJson(operation, params, !isPath(operation)) : { text, files: undefined };
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
    const value = (params as Record<string, unknown>)[name];
    if (!isTame(name)) return undefined;
    switch (typeof value) {
      case "string":
        text += `\x1e${name}\x1f${WILD.test(value) ? JSON.stringify(value) : `"${value}"`}`;
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
        if (!isPlainObject(value) || !isPlain(value)) return undefined;
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
export function writeJson(operation: string, params: object | undefined, isDescribed: boolean): WrittenParams {
  if (params === undefined) return { text: "", files: undefined };
  return isPlain(params) ? { text: JSON.stringify(params), files: undefined } : convert(operation, params, isDescribed);
}

function isPlain(value: object): boolean {
  // Not Object.values: this is run for every call.
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    switch (typeof member) {
      case "string":
      case "boolean":
      case "undefined":
        break;
      case "number":
        if (!isExact(member)) return false;
        break;
      case "object":
        if (member !== null && !(isPlainObject(member) && isPlain(member))) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** NaN is none either. */
function isExact(value: number): boolean {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
}

function convert(operation: string, params: object, isDescribed: boolean): WrittenParams {
  const files = new Map<string, FileSource>();
  const faults: Fault[] = [];
  const refuse = (parameter: string, message: string) => {
    faults.push({ parameter, kind: "wrong_type", message });
    return null;
  };

  function exact(value: unknown, parameter: string, depth = 0): unknown {
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "number" && !isExact(value)) {
      return refuse(parameter, "is a number that JavaScript does not keep exactly: give it as text or as a bigint");
    }
    if (typeof value === "function" || typeof value === "symbol") return refuse(parameter, `is a ${typeof value}`);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Date) {
      const time = value.getTime();
      if (Number.isNaN(time)) return refuse(parameter, "is an invalid Date");
      return isDescribed && depth === 0 ? { unix_ms: time } : Math.floor(time / 1000);
    }
    if (Array.isArray(value)) return value.map((item) => exact(item, parameter, depth + 1));
    if (sourceOf(value) !== undefined) return refuse(parameter, "is a file, where none can be");
    if (!isPlainObject(value)) return value;
    const members = Object.entries(value).map(([name, member]) => [
      name,
      exact(member, `${parameter}.${name}`, depth + 1),
    ]);
    return Object.fromEntries(members) as unknown;
  }

  const members = Object.entries(params).map(([name, value]) => {
    const source = sourceOf(value);
    if (source === undefined) return [name, exact(value, name)];
    if (typeof source === "string") return [name, refuse(name, source)];
    const key = String(files.size);
    files.set(key, source);
    return [name, { name: source.name, size: source.size, source: key }];
  });
  if (faults.length > 0) throw invalid(operation, faults);
  return { text: JSON.stringify(Object.fromEntries(members)), files: files.size > 0 ? files : undefined };
}

function invalid(operation: string, faults: Fault[]): InvalidParametersError {
  const message = faults.map((fault) => `${fault.parameter} ${fault.message}`).join("; ");
  return new InvalidParametersError({ kind: "invalid_parameters", operation, message, faults });
}

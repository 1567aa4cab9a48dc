// Requests as an executor is given them. It may be called by anybody, with anything.
import { named, wordsOf } from "../../npm/src/named.js";
import type { Sent } from "./platform.js";
import type { Request } from "./types.js";

/** A request, taken apart. */
export function sentOf(request: Request): Sent {
  try {
    const { method, url, headers, body, signal, onProgress } = request;
    if (typeof method !== "string") throw new TypeError(`its method is ${named(method)}`);
    if (signal && typeof signal.addEventListener !== "function") throw new TypeError(`its signal is ${named(signal)}`);
    const { origin, pathname, search } = new URL(url);
    return { method, target: pathname + search, base: origin, headers: pairsOf(headers), body, signal, onProgress };
  } catch (cause) {
    throw new TypeError(`this is no request that the mock can answer: ${wordsOf(cause)}`, { cause });
  }
}

function pairsOf(headers: Request["headers"]): [string, string][] {
  const isObject = typeof headers === "object" && headers !== null;
  if (!isObject && headers !== undefined && headers !== null) throw new TypeError(`its headers are ${named(headers)}`);
  const pairs: unknown[] = isObject && Symbol.iterator in headers ? [...headers] : Object.entries(headers ?? {});
  return pairs.map((pair) => {
    if (Array.isArray(pair) && pair.length === 2) return [String(pair[0]), String(pair[1])];
    throw new TypeError(`one of its headers is ${named(pair)}, no pair of name and value`);
  });
}

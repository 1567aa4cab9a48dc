// Requests as an executor is given them. It may be called by anybody, with anything.
import { named, wordsOf } from "../../npm/src/named.js";
import type { Sent } from "./platform.js";
import type { Request } from "./types.js";

/** A request, taken apart. */
export function sentOf(request: Request): Sent {
  try {
    const { method, url, headers, body, signal, onProgress } = request;
    if (typeof method !== "string") throw new TypeError(`its method is ${named(method)}`);
    const { origin, pathname, search } = new URL(url);
    const pairs = headers && Symbol.iterator in headers ? [...headers] : Object.entries(headers ?? {});
    const texts = pairs.map(([name, value]): [string, string] => [`${name}`, `${value}`]);
    return { method, target: pathname + search, base: origin, headers: texts, body, signal, onProgress };
  } catch (cause) {
    throw new TypeError(`this is no request: ${wordsOf(cause)}`, { cause });
  }
}

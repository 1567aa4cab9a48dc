// Callbacks on their way to whoever receives them.
import { named, wordsOf } from "../../npm/src/named.js";
import type { Delivery, MockOptions, PostedAnswer } from "./types.js";

/** Posts a callback; `signal` says that nobody waits any more. */
export type Post = (delivery: Delivery, signal: AbortSignal) => unknown;

export function postOf(given: MockOptions["post"] | undefined): Post {
  return given ? (delivery) => given(delivery) : fetched;
}

function fetched({ url, contentType, body }: Delivery, signal: AbortSignal): unknown {
  if (typeof fetch !== "function") throw new TypeError("there is no fetch here: give createMock({ post })");
  // A receiver may close a connection just when the next callback is on its way, which would be lost. (Browsers see to that themselves.)
  const headers = { "content-type": contentType, connection: "close" };
  return fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
}

/** What a receiver answered, as it is or as a Response. A function of anybody's may give anything. */
export async function answerOf(given: unknown): Promise<PostedAnswer> {
  const { status, body, text } = (given ?? {}) as { status?: unknown; body?: unknown; text?: unknown };
  const words: unknown = typeof text === "function" ? await (given as Response).text() : body;
  if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999 || typeof words !== "string") {
    throw new TypeError("post gave no { status, body } with an HTTP status and a text, and no Response");
  }
  return { status: status as number, body: words };
}

/** With what lies behind it: `fetch failed` alone says nothing. */
export function reasonOf(thrown: unknown): string {
  const words = new Set<string>();
  try {
    for (let cause = thrown, depth = 0; cause !== undefined && cause !== null && depth < 8; depth++) {
      words.add(wordsOf(cause));
      cause = (cause as Error).cause;
    }
  } catch {
    // What cannot be read is left out.
  }
  return [...words].filter(Boolean).join(": ") || `${named(thrown)} was thrown`;
}

// Values of the caller's and of libraries, read so that nothing that they throw gets through.
import { BaijiayunError, MisuseError } from "./errors.js";
import { named, wordsOf } from "./named.js";

/** Reads what is the caller's. It may be anybody's object: what its getters throw is told as ours. */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const cause = legible(thrown);
    if (cause instanceof BaijiayunError) throw cause;
    throw new MisuseError({ kind: "misuse", message: `${what} cannot be read: ${wordsOf(cause)}` }, { cause });
  }
}

/** How many causes of an error are looked at. */
export const CAUSES = 8;

/** What was thrown; in place of what throws when it is looked at (a proxy, a getter) an error that says so. */
export function legible(thrown: unknown): unknown {
  try {
    let cause = thrown as Partial<NodeJS.ErrnoException> & { kind?: unknown };
    for (let depth = 0; (typeof cause === "object" || typeof cause === "function") && cause !== null && depth < CAUSES; depth++) {
      const { constructor, message, stack, name, code, syscall, kind } = cause;
      // What asks for a tag is what shows it on a console.
      void [cause instanceof Error, Object.prototype.toString.call(cause), constructor, message, stack, name, code, syscall, kind];
      cause = cause.cause as typeof cause;
    }
    return thrown;
  } catch {
    return new Error(wordsOf(thrown) || `it threw ${named(thrown)} that cannot be read`);
  }
}

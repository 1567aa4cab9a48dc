// Values as the JSON that the engine reads.
import { wordsOf } from "../../npm/src/named.js";

/** Half of a pair of surrogates: with the flag `u` a whole one is another character. */
export const LONE = /[\ud800-\udfff]/u;

/** As JSON. A bigint, which is an id as a rule, is a text, as clients have it. */
export function textOf(value: unknown, where: string): string {
  try {
    return JSON.stringify(value, (name, member: unknown) => {
      if (typeof member === "string" && LONE.test(member)) throw new TypeError(`${name || "it"} holds half a character (a lone surrogate)`);
      // JSON.stringify makes null of one and nothing of the other, without a word.
      if (typeof member === "number" && !Number.isFinite(member)) throw new TypeError(`${name || "it"} is ${member}`);
      if (typeof member === "function" || typeof member === "symbol") throw new TypeError(`${name || "it"} is a ${typeof member}`);
      return typeof member === "bigint" ? String(member) : member;
    });
  } catch (cause) {
    const [line] = wordsOf(cause).split("\n");
    throw new TypeError(`${where}: this cannot be written as JSON: ${line}`, { cause });
  }
}

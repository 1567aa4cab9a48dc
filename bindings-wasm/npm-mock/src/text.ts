import { wordsOf } from "../../npm/src/named.js";

/** As JSON. A bigint, which is an id as a rule, is a text, as clients have it. */
export function textOf(value: unknown, where: string): string {
  try {
    return JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? String(member) : member));
  } catch (cause) {
    const [line] = wordsOf(cause).split("\n");
    throw new TypeError(`${where}: this cannot be written as JSON: ${line}`, { cause });
  }
}

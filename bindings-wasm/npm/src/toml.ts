// The reader of TOML, a module of its own: it is loaded only where there is a file to read.
import { parse as parseToml } from "smol-toml";

/** Reads TOML. A whole number is a bigint: that of an account may be long. */
export function parse(text: string): Record<string, unknown> {
  return parseToml(text, { integersAsBigInt: true });
}

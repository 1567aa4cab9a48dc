import { parse as parseToml } from "smol-toml";

/** Reads TOML. A whole number is a bigint: that of an account may be long. */
export function parse(text: string): Record<string, unknown> {
  return parseToml(text, { integersAsBigInt: true });
}

// The explainer of signatures, as WebAssembly: the same as `bjy sign --expect`.
import init, { check as checkInWasm } from "../../bindings-wasm/explain/wasm/explain.js";
import wasm from "../../bindings-wasm/explain/wasm/explain.wasm?url";
import type { Account } from "./account";
import type { Data } from "./data";

export interface Checked {
  read_as: string;
  /** What is signed, the key hidden. */
  text: string;
  sign: string;
  expected: string | null;
  matches: boolean | null;
  explanations: string[];
}

let loading: Promise<unknown> | undefined;

export function ready(): Promise<unknown> {
  Object.assign(globalThis, { baijiayunGbk: gbk });
  return (loading ??= init({ module_or_path: wasm }));
}

/** Throws what is wrong with the request. */
export function check(request: string, sign: string, account: Account, data: Data): Checked {
  names ??= [...new Set(data.operations.flatMap((operation) => operation.params.map((param) => param.name)))].join("\n");
  try {
    return JSON.parse(checkInWasm(request, sign, account.partnerId, account.partnerKey, names));
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error));
  }
}

let names: string | undefined;
let table: Map<string, [number, number]> | undefined;

/** Browsers decode GBK and do not encode it: the table is made by decoding all of it. */
function gbk(text: string): Uint8Array {
  if (!table) {
    table = new Map();
    const decoder = new TextDecoder("gbk");
    for (let first = 0x81; first <= 0xfe; first += 1) {
      for (let second = 0x40; second <= 0xfe; second += 1) {
        const letter = decoder.decode(Uint8Array.of(first, second));
        if (letter.length === 1 && letter !== "\ufffd") table.set(letter, [first, second]);
      }
    }
  }
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    const known = code < 0x80 ? [code] : letter === "€" ? [0x80] : table.get(letter);
    // As HTML forms do with letters that an encoding lacks.
    bytes.push(...(known ?? new TextEncoder().encode(`&#${code};`)));
  }
  return Uint8Array.from(bytes);
}

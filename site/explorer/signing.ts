// The explainer of signatures, as WebAssembly: the same as `bjy sign --expect`.
import { loadCheck } from "../../bindings-wasm/explorer/dist/explorer.mjs";
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

let checkInWasm: Awaited<ReturnType<typeof loadCheck>> | undefined;

export async function ready(): Promise<void> {
  Object.assign(globalThis, { baijiayunGbk: gbk, baijiayunLower: lower, baijiayunUpper: upper, baijiayunDouble: double });
  checkInWasm ??= await loadCheck();
}

/** Throws what is wrong with the request. */
export function check(request: string, sign: string, account: Account, data: Data): Checked {
  names ??= [...new Set(data.operations.flatMap((operation) => operation.params.map((param) => param.name)))].join("\n");
  try {
    return JSON.parse(checkInWasm!(request, sign, account.partnerId, account.partnerKey, names));
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error));
  }
}

const lower = (text: string): string => text.toLowerCase();
const upper = (text: string): string => text.toUpperCase();

/** The double that is nearest to a decimal, in the fewest digits: `1.25e-7`. */
function double(decimal: string): string | undefined {
  const number = decimal.trim() === "" ? NaN : Number(decimal);
  return Number.isFinite(number) ? number.toExponential().replace("+", "") : undefined;
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

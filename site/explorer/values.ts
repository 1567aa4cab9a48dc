// From what stands in the fields to what a call gives.
import type { Data, Operation, Param } from "./data";

/** By the name of the parameter: a text, or a file. What is empty is not given. */
export type Entries = Map<string, string | File>;

export type Value = string | number | bigint | boolean | File | Value[] | { [name: string]: Value } | null;

/** A field that holds what its parameter cannot be. */
export class FieldError extends Error {
  constructor(
    readonly param: string,
    message: string,
  ) {
    super(message);
  }
}

export const isList = (param: Param): boolean => /^(int|text|float|timestamp|date|flag)s$/.test(param.kind);
export const isJson = (param: Param, data: Data): boolean => param.kind === "json" || param.kind in data.objects;

/** The parameters that are given, in the order of the description. */
export function given(operation: Operation, data: Data, entries: Entries): Map<Param, Value> {
  const values = new Map<Param, Value>();
  for (const param of operation.params) {
    const entry = entries.get(param.name);
    if (entry === undefined || entry === "") continue;
    values.set(param, entry instanceof File ? entry : valueOf(param, data, entry));
  }
  return values;
}

function valueOf(param: Param, data: Data, text: string): Value {
  if (isJson(param, data)) {
    try {
      return exact(text);
    } catch (error) {
      throw new FieldError(param.name, `JSON: ${(error as Error).message}`);
    }
  }
  if (isList(param)) {
    const items = text.split(/[,，\n]/).map((item) => item.trim());
    return items.filter((item) => item !== "").map((item) => scalar(param.kind.slice(0, -1), item));
  }
  return scalar(param.kind, text);
}

/** JSON with whole numbers that a double cannot hold as BigInt, which the SDK writes with all their digits. */
function exact(text: string): Value {
  const value = JSON.parse(text);
  // The text is valid: what is no string and looks like a number is one.
  const marked = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (part) => (/^-?\d+$/.test(part) && !Number.isSafeInteger(Number(part)) ? `"\ue000${part}"` : part));
  return marked === text ? value : JSON.parse(marked, (_, part) => (typeof part === "string" && /^\ue000-?\d+$/.test(part) ? BigInt(part.slice(1)) : part));
}

function scalar(kind: string, text: string): Value {
  switch (kind) {
    case "flag":
      return text === "1" ? true : text === "0" ? false : text;
    case "int":
    case "float":
      return number(text.trim());
    case "timestamp":
      return /^\d+$/.test(text.trim()) ? number(text.trim()) : seconds(text.trim());
    case "datetime":
      return text.trim().replace("T", " ");
    default:
      return text;
  }
}

/** Ids have up to 64 bits: what a double cannot hold stays a text. */
function number(text: string): Value {
  const number = Number(text);
  return /^-?\d+(\.\d+)?$/.test(text) && (Number.isSafeInteger(number) || !Number.isInteger(number) && Number.isFinite(number)) ? number : text;
}

/** A time of Beijing in unix seconds, so that all languages show the same; what is none stays as it is, and the SDK says why. */
function seconds(text: string): Value {
  const time = Date.parse(`${text.replace(" ", "T")}+08:00`);
  return Number.isNaN(time) ? text : time / 1000;
}

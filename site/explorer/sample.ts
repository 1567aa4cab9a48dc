// Values to try an operation with. Ids and codes are those that the mock gave last: what was created can be asked for.
import type { Data, Operation, Param } from "./data";
import { isJson, type Entries } from "./values";

const ids = new Map<string, string>();

/** Keeps the ids and codes of an answer. */
export function seen(data: unknown): void {
  if (data === null || typeof data !== "object") return;
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === "object") seen(value);
    else if (/(id|code)$/.test(name)) ids.set(name, String(value));
  }
}

/** Fills in what the operation requires and is not there yet. */
export function sampled({ params, anyOf = [] }: Operation, data: Data, entries: Entries): Entries {
  const oneOf = anyOf.map(([first]) => first);
  for (const param of params) {
    if ((param.required || oneOf.includes(param.name)) && !entries.has(param.name)) entries.set(param.name, sample(param, data));
  }
  return entries;
}

function sample(param: Param, data: Data): string | File {
  const { name, kind, values, example, min } = param;
  const id = ids.get(name.replace(/ids$/, "id"));
  if (id !== undefined) return id;
  if (kind === "file") return new File(["1"], "1");
  if (name === "upload_url") return "https://pasted.invalid/";
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  if (/time/.test(kind)) return `${tomorrow}T${/end/.test(name) ? "09" : "08"}:00`;
  if (example !== undefined) return example;
  if (values) return values[0]![0];
  if (isJson(param, data)) return "[]";
  return kind === "date" ? tomorrow : String(Math.max(1, min ?? 1));
}

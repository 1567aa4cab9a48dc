// What `cargo xtask site` writes of the operations, and the search in it.
import { withBase } from "vitepress";
import { tokens } from "../.vitepress/search.mjs";

export type Lang = "zh" | "en";

/** How a value is written down; any other text is the name of an object in `objects`. */
export type Kind = "flag" | "int" | "timestamp" | "float" | "text" | "date" | "datetime" | "file" | "json" | (string & {});

export interface Param {
  name: string;
  kind: Kind;
  desc: string;
  required?: true;
  secret?: true;
  requiredBy?: string[];
  default?: string;
  example?: string;
  min?: number;
  max?: number;
  most?: number;
  /** Listed values and their meanings; there may be others. */
  values?: [value: string, meaning: string][];
  /** What JSON holds, in short. */
  json?: string;
}

export type Language = "javascript" | "python" | "kotlin" | "java" | "swift" | "rust" | "shell";

export interface Operation {
  name: string;
  title: string;
  summary: string;
  method: "GET" | "POST";
  path: string | null;
  guess: boolean;
  readOnly: boolean;
  params: Param[];
  calls: Record<Exclude<Language, "shell">, string>;
  /** Its answer is a list, page by page. */
  rows?: true;
  /** Its answer has no data. */
  nothing?: true;
  /** Nobody knows what its answer has, if anything. */
  maybe?: true;
  anyOf?: string[][];
}

export interface ObjectType {
  swift: string;
  rust: string;
  fields: { name: string; kind: Kind; required: boolean }[];
}

export interface CallbackSample {
  name: string;
  title: string;
  summary: string;
  members: Record<string, string>;
}

export interface Data {
  operations: Operation[];
  objects: Record<string, ObjectType>;
  /** By the name on the wire: where a language spells it otherwise. */
  names: Record<string, Partial<Record<Language, string>>>;
  callbacks: CallbackSample[];
}

export async function load(lang: Lang): Promise<Data> {
  const answer = await fetch(withBase(`/explorer.${lang}.json`));
  if (!answer.ok) throw new Error(`explorer.${lang}.json: HTTP ${answer.status}`);
  return answer.json();
}

/** Finds operations as the search of the site does: every word must begin one of theirs. */
export function searchIn(operations: Operation[]): (asked: string) => Operation[] {
  const known = operations.map((operation) => {
    const { name, title, summary, path } = operation;
    const pascal = name.replace(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase());
    return { operation, all: new Set(tokens(`${name} ${pascal} ${title} ${path ?? ""} ${summary}`, "all")), names: new Set(tokens(`${name} ${title}`, "names")) };
  });
  return (asked) => {
    const wanted = tokens(asked);
    if (wanted.length === 0) return operations;
    const begins = (all: Set<string>, wanted: string) => [...all].some((word) => word.startsWith(wanted));
    const found = known.filter(({ all }) => wanted.every((word) => begins(all, word)));
    const rank = ({ operation, names }: (typeof known)[number]) => {
      if (operation.name === asked.trim()) return 0;
      if (operation.title === asked.trim() || operation.path === asked.trim()) return 1;
      return wanted.every((word) => begins(names, word)) ? 2 : 3;
    };
    return found.sort((left, right) => rank(left) - rank(right)).map(({ operation }) => operation);
  };
}

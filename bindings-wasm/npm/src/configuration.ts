import { InvalidAccountError } from "./errors.js";

/** Who calls, as far as it is known. */
export interface Account {
  domain: string | undefined;
  partnerId: string | undefined;
  partnerKey: string | undefined;
}

/** What the environment and its files say. */
export interface Configuration extends Account {
  /** Paths by operation name. */
  paths: Record<string, string>;
}

/** What a configuration is read by. */
export interface Reader {
  environment: Record<string, string | undefined>;
  /** The configuration files that may be there, in the order in which they are looked for. */
  files: readonly string[];
  /** The file of paths that `bjy doctor` writes. */
  pathsFile: string;
  /** The text of a file; `undefined` if there is none. */
  read: (path: string) => string | undefined;
  /** Reads TOML; what it throws has the number of the line. */
  parse: (text: string) => Record<string, unknown>;
  /** The operations whose paths are guesses. */
  guesses: () => readonly string[];
  /** What is wrong with these paths. */
  check: (paths: Record<string, string>) => string | undefined;
}

/** Where each member of the account comes from. */
export const VARIABLES = {
  domain: "BAIJIAYUN_DOMAIN",
  partnerId: "BAIJIAYUN_PARTNER_ID",
  partnerKey: "BAIJIAYUN_PARTNER_KEY",
} as const;

const IN_FILE = { domain: "domain", partnerId: "partner_id", partnerKey: "partner_key" } as const;

/**
 * The account as `bjy` has it: what is given, else what the environment says (an empty variable says nothing), else the
 * first file that there is. Its [paths] come before those that `bjy doctor` found, which count for guesses only: a file
 * that merely lies in the folder must not lead any other call elsewhere.
 */
export function configurationOf(given: Partial<Account>, reader: Reader): Configuration {
  const { environment, files, read } = reader;
  const first = files.map((path) => ({ path, text: read(path) })).find(({ text }) => text !== undefined);
  const file = first && parsed(first.path, first.text!, reader);
  const said = (name: keyof Account) => scalar(file, IN_FILE[name], first?.path);
  const inFile = { domain: said("domain"), partnerId: said("partnerId"), partnerKey: said("partnerKey") };
  const pick = (name: keyof Account) => (given[name] ?? environment[VARIABLES[name]]) || inFile[name] || undefined;
  return {
    domain: pick("domain"),
    partnerId: pick("partnerId"),
    partnerKey: pick("partnerKey"),
    paths: { ...found(reader), ...pathsIn(file, first?.path ?? "", reader) },
  };
}

function found(reader: Reader): Record<string, string> {
  const text = reader.read(reader.pathsFile);
  if (text === undefined) return {};
  const paths = pathsIn(parsed(reader.pathsFile, text, reader), reader.pathsFile, reader);
  const guesses = new Set(reader.guesses());
  return Object.fromEntries(Object.entries(paths).filter(([name]) => guesses.has(name)));
}

/** Reasons name keys and lines, never values: a file may hold the key. */
function wrong(path: string, reason: string): InvalidAccountError {
  const hint =
    'a configuration file has the keys domain, partner_id and partner_key, and a table [paths] with operation = "/openapi/..."';
  return new InvalidAccountError({ kind: "invalid_account", message: `${path}: ${reason}`, hint });
}

function parsed(path: string, text: string, { parse }: Reader): Record<string, unknown> {
  let table: Record<string, unknown>;
  try {
    // Some editors begin a file so.
    table = parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const { line } = error as { line?: number };
    throw wrong(path, `line ${line ?? 1} is not TOML (texts stand in quotes)`);
  }
  const known = [...Object.values(IN_FILE), "paths"] as string[];
  for (const name of Object.keys(table)) {
    if (!known.includes(name)) throw wrong(path, `unknown key ${name}`);
  }
  return table;
}

function scalar(file: Record<string, unknown> | undefined, name: string, path = ""): string | undefined {
  const value = file?.[name];
  if (value === undefined || typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  throw wrong(path, `${name} must be a text`);
}

/** `room.create = "/a"` and `"room.create" = "/a"` are the same. */
function pathsIn(file: Record<string, unknown> | undefined, path: string, { check }: Reader): Record<string, string> {
  const paths = file?.["paths"];
  if (paths === undefined) return {};
  if (typeof paths !== "object" || paths === null || Array.isArray(paths)) throw wrong(path, "paths must be a table");
  const all: [string, string][] = [];
  for (const [name, value] of Object.entries(paths)) {
    const inner = typeof value === "object" ? Object.entries(value as object).map(([end, value]) => [`${name}.${end}`, value]) : [[name, value]];
    for (const [name, value] of inner as [string, unknown][]) {
      if (typeof value !== "string") throw wrong(path, `paths: the path of ${name} must be a text`);
      all.push([name, value]);
    }
  }
  const read = Object.fromEntries(all);
  const why = check(read);
  if (why !== undefined) throw wrong(path, why);
  return read;
}

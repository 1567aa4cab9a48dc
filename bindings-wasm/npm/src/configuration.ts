// The account from the environment and from files, as `bjy` finds it.
import { InvalidAccountError } from "./errors.js";

/** Who calls, as far as it is known. */
export interface Account {
  domain: string | undefined;
  partnerId: string | undefined;
  partnerKey: string | undefined;
}

/** What the caller says. */
export interface Given extends Partial<Account> {
  /** The name of an account in a file. */
  account?: string | undefined;
  /** A signer has the key: it is not fetched. */
  hasSigner?: boolean;
}

/** What the environment and its files say. */
export interface Configuration extends Account {
  /** Paths by operation name. */
  paths: Record<string, string>;
  /** The account that was named, and the file that has it. */
  named?: { account: string; file: string } | undefined;
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
  /** A file that a configuration file names: beside that, or in the user's own folder. */
  beside: (path: string, name: string) => string;
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

const ACCOUNT = "BAIJIAYUN_ACCOUNT";

/** A table of TOML. */
type Table = Record<string, unknown>;

/** A file that was read. */
interface File {
  path: string;
  own: Member;
  accounts: Map<string, Member>;
  paths: Record<string, string>;
}

/** What a file says of one account. */
interface Member {
  domain?: string | undefined;
  partnerId?: string | undefined;
  /** Which key says what it is, and what it says. */
  key?: { name: string; value: unknown };
}

/**
 * The account as `bjy` has it: what is given, else what the environment says (an empty variable says nothing), else the
 * first file that there is. An account that is named is taken whole from the first file that has it: what the three
 * variables say is of another account. The [paths] of files come before those that `bjy doctor` found, which count for
 * guesses only: a file that merely lies in the folder must not lead any other call elsewhere.
 */
export function configurationOf(given: Given, reader: Reader): Configuration {
  const { environment } = reader;
  const account = given.account || variable(ACCOUNT, environment);
  const files = filesOf(account, reader);
  const file = account === undefined ? files[0] : files.find(({ accounts }) => accounts.has(account));
  if (account !== undefined && file === undefined) throw unknown(account, files, reader);
  const table: Member = (account === undefined ? file?.own : file?.accounts.get(account)) ?? {};
  const first = (name: keyof Account) => given[name] || (account === undefined ? variable(VARIABLES[name], environment) : undefined);
  const paths = [...files].reverse().map(({ paths }) => paths);
  return {
    domain: first("domain") ?? table.domain,
    partnerId: first("partnerId") ?? table.partnerId,
    partnerKey: first("partnerKey") ?? (given.hasSigner || file === undefined ? undefined : keyOf(table, file, reader)),
    paths: Object.assign(found(reader), ...paths) as Record<string, string>,
    named: account !== undefined && file !== undefined ? { account, file: file.path } : undefined,
  };
}

/** A variable that is set. Letters that were lost would be another account, or a key that signs wrongly. */
function variable(name: string, environment: Reader["environment"]): string | undefined {
  const value = environment[name] || undefined;
  if (!value?.includes("\ufffd")) return value;
  const hint = "set it anew, where the shell or the file that sets it is in UTF-8";
  throw new InvalidAccountError({ kind: "invalid_account", message: `${name} is no UTF-8`, hint });
}

/** The first that there is; where an account is named, those up to the one that has it. */
function filesOf(account: string | undefined, reader: Reader): File[] {
  const files: File[] = [];
  for (const path of reader.files) {
    const text = reader.read(path);
    if (text === undefined) continue;
    const file = fileOf(path, parsed(path, text, reader), reader);
    files.push(file);
    if (account === undefined || file.accounts.has(account)) break;
  }
  return files;
}

function unknown(account: string, files: readonly File[], reader: Reader): InvalidAccountError {
  const known = files.flatMap(({ accounts }) => [...accounts.keys()]);
  const looked = (files.length > 0 ? files.map(({ path }) => path) : reader.files).join(" or ");
  const near = nearest(known, account);
  const meant = near ? `did you mean ${near}? ` : "";
  const hint = meant + (known.length > 0 ? `there are ${known.join(", ")}` : `write [accounts.${keyName(account)}] in ${looked}`);
  return new InvalidAccountError({ kind: "invalid_account", message: `no account is named ${JSON.stringify(account)} in ${looked}`, hint });
}

/** Those of the names that are one to three slips away from a mistyped one, the closest first. */
function nearest(names: readonly string[], wanted: string): string {
  const near = names.map((name) => ({ name, slips: distance(name, wanted) }));
  const most = Math.min(Math.max(Math.trunc(wanted.length / 3), 1), 3);
  return near.filter(({ slips }) => slips <= most).sort((a, b) => a.slips - b.slips).slice(0, 3).map(({ name }) => name).join(", ");
}

/** How many letters are to be put in, taken out or changed (Levenshtein). */
function distance(left: string, right: string): number {
  const others = [...right];
  let row = [...others.keys(), others.length];
  for (const [above, letter] of [...left].entries()) {
    const next = [above + 1];
    for (const [at, other] of others.entries()) next.push(Math.min(row[at]! + Number(letter !== other), row[at + 1]! + 1, next[at]! + 1));
    row = next;
  }
  return row[others.length]!;
}

/** A name as a key of TOML. */
export const keyName = (name: string) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name));

/** Far more bytes than a key has, which the documents give 128 characters: another file was named. */
const LONGEST = 1000;

function keyOf({ key }: Member, file: File, reader: Reader): string | undefined {
  if (key === undefined || key.name === "partner_key") return key?.value as string | undefined;
  const refused = (reason: string, hint?: string) =>
    new InvalidAccountError({ kind: "invalid_account", message: `${file.path}: ${key.name}: ${reason}`, ...(hint && { hint }) });
  if (key.name === "partner_key_command") {
    const hint = "give the key, set BAIJIAYUN_PARTNER_KEY, or write partner_key_file in its place";
    throw refused("`bjy` alone runs it, a library starts no programs", hint);
  }
  const path = reader.beside(file.path, key.value as string);
  const text = reader.read(path)?.replace(/^\ufeff/, "").trim();
  if (text === undefined) throw refused(`${path}: no such file`);
  // Editors and programs end it with a line break.
  const lines = text.split("\n").length;
  if (text === "" || lines > 1) throw refused(`${path}: ${text === "" ? "it is empty" : `it has ${lines} lines, and a key is one`}`);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > LONGEST) throw refused(`${path}: it has ${bytes} bytes, and a key has at most ${LONGEST}`);
  return text;
}

function found(reader: Reader): Record<string, string> {
  const text = reader.read(reader.pathsFile);
  if (text === undefined) return {};
  const paths = pathsIn(parsed(reader.pathsFile, text, reader)["paths"], reader.pathsFile, reader);
  const guesses = new Set(reader.guesses());
  return Object.fromEntries(Object.entries(paths).filter(([name]) => guesses.has(name)));
}

/** Reasons name keys and lines, never values: a file may hold the key. */
function wrong(path: string, reason: string): InvalidAccountError {
  const hint =
    'a configuration file has the keys domain, partner_id and partner_key (or partner_key_file, or partner_key_command), the same in tables [accounts.NAME], and a table [paths] with operation = "/openapi/..."';
  return new InvalidAccountError({ kind: "invalid_account", message: `${path}: ${reason}`, hint });
}

function parsed(path: string, text: string, { parse }: Reader): Table {
  try {
    // Some editors begin a file so.
    return parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const { line } = error as { line?: number };
    throw wrong(path, `line ${line ?? 1} is not TOML (texts stand in quotes)`);
  }
}

function fileOf(path: string, table: Table, reader: Reader): File {
  const { accounts = {}, paths, ...own } = table;
  if (!isTable(accounts)) throw wrong(path, "accounts must be tables: [accounts.NAME]");
  const tables = Object.entries(accounts).map(([name, table]): [string, Member] => {
    const within = `accounts.${keyName(name)}`;
    if (!isTable(table)) throw wrong(path, `${within} must be a table`);
    return [name, memberOf(table, `${within}.`, path)];
  });
  return { path, own: memberOf(own, "", path), accounts: new Map(tables), paths: pathsIn(paths, path, reader) };
}

const KEYS = ["domain", "partner_id", "partner_key", "partner_key_file", "partner_key_command"];

/** `within` says in errors where a key stands. */
function memberOf(table: Table, within: string, path: string): Member {
  const scalar = (name: string): string | undefined => {
    const value = table[name];
    if (typeof value === "bigint") return value.toString();
    if (value === undefined || typeof value === "string") return value || undefined;
    throw wrong(path, `${within}${name} must be a text`);
  };
  for (const name of Object.keys(table)) {
    const meant = KEYS.includes(name) ? "" : nearest(KEYS, name);
    if (!KEYS.includes(name)) throw wrong(path, `unknown key ${within}${name}${meant && ` (did you mean ${meant}?)`}`);
  }
  const command = "partner_key_command";
  if (table[command] !== undefined && !isCommand(table[command])) {
    throw wrong(path, `${within}${command} must be a list of texts, such as ["pass", "show", "baijiayun"]: no shell reads it`);
  }
  const said = ["partner_key", "partner_key_file"].map((name) => ({ name, value: scalar(name) as unknown }));
  const keys = [...said, { name: command, value: table[command] }].filter(({ value }) => value !== undefined);
  if (keys.length > 1) throw wrong(path, `${within}${keys[0]!.name} and ${keys[1]!.name} are both there`);
  return { domain: scalar("domain"), partnerId: scalar("partner_id"), ...(keys[0] && { key: keys[0] }) };
}

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value);

/** A program with its arguments, or plain words of it. */
function isCommand(value: unknown): boolean {
  if (typeof value === "string") return value.trim() !== "" && !/['"\\$`|&;<>()[\]{}*?!#~%\n]/.test(value);
  return Array.isArray(value) && Boolean(value[0]) && value.every((word) => typeof word === "string");
}

/** `room.create = "/a"` and `"room.create" = "/a"` are the same. */
function pathsIn(paths: unknown, path: string, { check }: Reader): Record<string, string> {
  if (paths === undefined) return {};
  if (!isTable(paths)) throw wrong(path, "paths must be a table");
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

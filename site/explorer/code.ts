// The call in every language. A test compares it with the samples that each language compiles (xtask/src/samples.rs).
import type { Data, Language, Operation, Param } from "./data";
import type { Value } from "./values";

const WIDTH = 76;

type Scalar = string | number | bigint | boolean;

interface Spelling {
  data: Data;
  /** A name of the wire in this language. */
  name(wire: string): string;
  scalar(value: Scalar): string;
  /** A whole number where the language wants a fraction to be told by its point. */
  isPointed?: true;
  /** A path of a file. */
  file(name: string): string;
  list(items: string[]): string;
  object(type: string, members: Record<string, Value>): string;
  json(value: Value): string;
}

/** What stands between brackets: in one line, or where that is too long, each in its own. */
function bracketed(open: string, items: string[], close: string, comma: boolean): string {
  const line = `${open}${items.join(", ")}${close}`;
  if ([...line].length <= WIDTH && !line.includes("\n")) return line;
  const lines = items.map((item) => `    ${item.replaceAll("\n", "\n    ")}`).join(",\n");
  return `${open}\n${lines}${comma ? "," : ""}\n${close}`;
}

function braced(members: string[]): string {
  const text = bracketed("{", members, "}", true);
  return text.includes("\n") ? text : `{ ${members.join(", ")} }`;
}

/** As JSON, which most languages read; `$` begins something in Kotlin alone. */
const quoted = (text: string) => JSON.stringify(text);

/** Each escape of a JSON text, also those of a backslash, after which an n is an n. */
const ESCAPES = /\\(?:u([0-9a-f]{4})|(.))/g;

/** As JSON, whole numbers with all their digits. */
export function jsonText(value: Value, indent?: number): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `\ue000${part}` : part), indent);
  return text.replace(/"\ue000(-?\d+)"/g, "$1");
}

function spelled(how: Spelling, kind: string, value: Value): string {
  if (value instanceof File) return how.file(value.name);
  if (kind === "json") return how.json(value);
  if (Array.isArray(value)) return how.list(value.map((item) => spelled(how, kind.replace(/^(int|text|float)s$/, "$1"), item)));
  if (value !== null && typeof value === "object") return kind in how.data.objects ? how.object(kind, value) : how.json(value);
  if (how.isPointed && kind === "float" && Number.isInteger(value)) return `${value}.0`;
  return value === null ? how.json(null) : how.scalar(value);
}

/** The members of an object that it has, as its type orders them. */
function membersOf(how: Spelling, type: string, members: Record<string, Value>): { name: string; kind: string; required: boolean; value: Value }[] {
  const known = how.data.objects[type]!.fields.filter((field) => field.name in members);
  return known.map((field) => ({ ...field, value: members[field.name]! }));
}

function jsonBy(how: { list(items: string[]): string; scalar(value: Scalar): string; none: string; members(entries: [string, string][]): string }) {
  const json = (value: Value): string => {
    if (value === null) return how.none;
    if (Array.isArray(value)) return how.list(value.map(json));
    if (typeof value === "object" && !(value instanceof File)) return how.members(Object.entries(value).map(([name, value]) => [name, json(value)]));
    return how.scalar(value as Scalar);
  };
  return json;
}

const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

type Given = Map<Param, Value>;

function javascript(operation: Operation, given: Given, data: Data): string {
  const list = (items: string[]) => bracketed("[", items, "]", true);
  const scalar = (value: Scalar) => (typeof value === "string" ? quoted(value) : `${value}${typeof value === "bigint" ? "n" : ""}`);
  const json = jsonBy({ list, scalar, none: "null", members: (entries) => braced(entries.map(([name, value]) => `${key(name)}: ${value}`)) });
  const how: Spelling = { data, name: (wire) => wire, scalar, file: (name) => `fromPath(${quoted(name)})`, list, json, object: (_, members) => json(members) };
  const members = [...given].map(([param, value]) => `${key(param.name)}: ${spelled(how, param.kind, value)}`);
  const call = `client.${operation.calls.javascript}(${members.length ? braced(members) : ""})`;
  if (operation.rows) return `for await (const row of ${call}) console.log(row);`;
  return operation.nothing ? `await ${call};` : `const result = await ${call};\nconsole.log(result);`;
}

function python(operation: Operation, given: Given, data: Data): string {
  const list = (items: string[]) => bracketed("[", items, "]", true);
  const scalar = (value: Scalar) =>
    typeof value === "string" ? quoted(value) : typeof value === "boolean" ? (value ? "True" : "False") : String(value);
  const json = jsonBy({ list, scalar, none: "None", members: (entries) => bracketed("{", entries.map(([name, value]) => `${quoted(name)}: ${value}`), "}", true) });
  const name = (wire: string) => data.names[wire]?.python ?? wire;
  const how: Spelling = { data, name, scalar, file: (path) => `Path(${quoted(path)})`, list, json, object: (_, members) => json(members) };
  const members = ordered(given).map(([param, value]) => `${name(param.name)}=${spelled(how, param.kind, value)}`);
  const call = bracketed(`client.${operation.calls.python}(`, members, ")", true);
  if (operation.rows) return `for row in ${call}:\n    print(row)`;
  return operation.nothing ? call : `result = ${call}\nprint(result)`;
}

/** Required ones first. */
function ordered(given: Given): [Param, Value][] {
  return [...given].sort(([left], [right]) => Number(right.required ?? false) - Number(left.required ?? false));
}

const kotlinText = (text: string) => quoted(text).replaceAll("$", "\\$").replace(ESCAPES, (all, _, letter) => (letter === "f" ? "\\u000c" : all));

function kotlin(operation: Operation, given: Given, data: Data): string {
  const name = (wire: string) => data.names[wire]?.kotlin ?? wire;
  const scalar = (value: Scalar) => (typeof value === "string" ? kotlinText(value) : String(value));
  const json = (value: Value) => {
    const text = jsonText(value, 2).replaceAll("$", () => "${'$'}");
    return `Json.parseToJsonElement(\n    """\n    ${text.replaceAll("\n", "\n    ")}\n    """,\n)`;
  };
  const how: Spelling = {
    data,
    name,
    scalar,
    json,
    isPointed: true,
    file: (path) => `UploadFile(File(${kotlinText(path)}))`,
    list: (items) => bracketed("listOf(", items, ")", true),
    object: (type, members) => {
      const named = (required: boolean) =>
        membersOf(how, type, members).filter((member) => member.required === required).map((member) => `${name(member.name)} = ${spelled(how, member.kind, member.value)}`);
      const made = bracketed(`${type}(`, named(true), ")", true);
      const optional = named(false);
      return optional.length ? `${made}.apply { ${optional.join("; ")} }` : made;
    },
  };
  const named = (required: boolean) =>
    [...given].filter(([param]) => (param.required ?? false) === required).map(([param, value]) => `${name(param.name)} = ${spelled(how, param.kind, value)}`);
  let call = bracketed(`client.${operation.calls.kotlin}(`, named(true), ")", true);
  const optional = named(false);
  if (optional.length) {
    const block = optional.join("; ");
    const open = call.replace(/\(\)$/, "");
    call = optional.length > 1 && block.length + open.length > WIDTH ? `${open} {\n    ${optional.join("\n    ")}\n}` : `${open} { ${block} }`;
  }
  if (operation.rows) return `${call}.items().collect { println(it) }`;
  return operation.nothing ? call : `val result = ${call}\nprintln(result)`;
}

function java(operation: Operation, given: Given, data: Data): string {
  const scalar = (value: Scalar) =>
    typeof value === "string" ? quoted(value) : typeof value === "bigint" || Number.isInteger(value) ? `${value}L` : String(value);
  /** Objects with members that their constructors do not take. */
  const made: string[] = [];
  let count = 0;
  const how: Spelling = {
    data,
    name: (wire) => data.names[wire]?.java ?? wire,
    scalar,
    isPointed: true,
    json: (value) => `Json.Default.parseToJsonElement(${quoted(jsonText(value))})`,
    file: (path) => `new UploadFile(new File(${quoted(path)}))`,
    list: (items) => bracketed("List.of(", items, ")", false),
    object: (type, members) => {
      const known = membersOf(how, type, members).map((member) => ({ ...member, text: spelled(how, member.kind, member.value) }));
      const object = bracketed(`new ${type}(`, known.filter((member) => member.required).map((member) => member.text), ")", false);
      const optional = known.filter((member) => !member.required);
      if (optional.length === 0) return object;
      const variable = `object${(count += 1)}`;
      made.push(`var ${variable} = ${object};`, ...optional.map((member) => `${variable}.set${how.name(member.name)}(${member.text});`));
      return variable;
    },
  };
  const of = (required: boolean) => [...given].filter(([param]) => (param.required ?? false) === required);
  const members = of(true).map(([param, value]) => spelled(how, param.kind, value));
  const setters = of(false).map(([param, value]) => `params.set${how.name(param.name)}(${spelled(how, param.kind, value)})`);
  if (setters.length === 1) members.push(`params -> ${setters[0]}`);
  if (setters.length > 1) {
    const line = setters.join("; ");
    members.push(line.length > WIDTH ? `params -> {\n    ${setters.join(";\n    ")};\n}` : `params -> { ${line}; }`);
  }
  const call = bracketed(`client.${operation.calls.java}(`, members, ")", false);
  const before = made.map((line) => `${line}\n`).join("");
  if (operation.rows) return `${before}for (var row : ${call}) System.out.println(row);`;
  return operation.nothing ? `${before}${call};` : `${before}var result = ${call};\nSystem.out.println(result);`;
}

/** In Swift and Rust `\u` is written otherwise than in JSON. */
const unicodeBraced = (json: string) => json.replace(ESCAPES, (all, digits, letter) => (digits ? `\\u{${digits}}` : letter === "b" ? "\\u{8}" : letter === "f" ? "\\u{c}" : all));
const braceEscapes = (text: string) => unicodeBraced(quoted(text));

function swift(operation: Operation, given: Given, data: Data): string {
  const name = (wire: string) => data.names[wire]?.swift ?? wire;
  const list = (items: string[]) => bracketed("[", items, "]", false);
  const scalar = (value: Scalar) => (typeof value === "string" ? braceEscapes(value) : String(value));
  const json = jsonBy({ list, scalar, none: "nil", members: (entries) => bracketed("[", entries.map(([name, value]) => `${braceEscapes(name)}: ${value}`), "]", false) });
  const how: Spelling = {
    data,
    name,
    scalar,
    list,
    json,
    file: (path) => `UploadFile(URL(fileURLWithPath: ${braceEscapes(path)}))`,
    object: (type, members) =>
      bracketed(`${data.objects[type]!.swift}(`, membersOf(how, type, members).map((member) => `${name(member.name)}: ${spelled(how, member.kind, member.value)}`), ")", false),
  };
  const members = ordered(given).map(([param, value]) => `${name(param.name)}: ${spelled(how, param.kind, value)}`);
  const call = bracketed(`client.${operation.calls.swift}(`, members, ")", false);
  if (operation.rows) return `for try await row in ${call} { print(row) }`;
  if (operation.maybe) return `if let result = try await ${call} { print(result) }`;
  return operation.nothing ? `try await ${call}` : `let result = try await ${call}\nprint(result)`;
}

/** Of more than 32 bits, which literals have in Rust. */
const isLong = (value: Scalar) => typeof value === "bigint" || (Number.isInteger(value) && Math.abs(value as number) > 0x7fffffff);

function rust(operation: Operation, given: Given, data: Data): string {
  const name = (wire: string) => data.names[wire]?.rust ?? wire;
  const scalar = (value: Scalar) =>
    typeof value === "string" ? braceEscapes(value) : isLong(value) ? `${value}_i64` : String(value);
  const how: Spelling = {
    data,
    name,
    scalar,
    isPointed: true,
    // Parts of its text: strings are passed over, since they may hold digits.
    json: (value) => `json!(${jsonText(value, 2).replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (part) => (part[0] === '"' ? unicodeBraced(part) : /^-?\d+$/.test(part) && isLong(Number(part)) ? `${part}_${BigInt(part) >> 63n > 0n ? "u" : "i"}64` : part))})`,
    file: (path) => braceEscapes(path),
    list: (items) => bracketed("[", items, "]", true),
    object: (type, members) => {
      const known = membersOf(how, type, members).map((member) => {
        const text = spelled(how, member.kind, member.value);
        const owned = typeof member.value === "string" ? `${text}.to_owned()` : text;
        return `${name(member.name)}: ${member.required ? owned : `Some(${owned})`}`;
      });
      const rest = data.objects[type]!.fields.some((field) => !field.required) ? ["..Default::default()"] : [];
      return bracketed(`${data.objects[type]!.rust} {`, [...known, ...rest], "}", true).replace("..Default::default(),", "..Default::default()");
    },
  };
  const of = (required: boolean) => [...given].filter(([param]) => (param.required ?? false) === required);
  const lent = ([param, value]: [Param, Value]) => {
    const text = spelled(how, param.kind, value);
    return param.kind === "json" || param.kind in data.objects ? `&${text}` : text;
  };
  let call = bracketed(`client.${operation.calls.rust}(`, of(true).map(lent), ")", true);
  for (const [param, value] of of(false)) call += `.${name(param.name)}(${lent([param, value])})`;
  if (operation.rows) return `let mut rows = ${call}.items();\nwhile let Some(row) = rows.next().await {\n    println!("{:?}", row?);\n}`;
  return operation.nothing ? `${call}.await?;` : `let result = ${call}.await?;\nprintln!("{:?}", *result);`;
}

/** A word as the shell has to read it. */
export function shellWord(word: string): string {
  return /^[\p{L}\p{N}._\-=,:/@+]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function shell(operation: Operation, given: Given): string {
  const plain = (value: Value): string => {
    if (value instanceof File) return `@${value.name}`;
    if (typeof value === "boolean") return value ? "1" : "0";
    if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.map(plain).join(",");
    return typeof value === "object" ? jsonText(value) : String(value);
  };
  const words = ["bjy", "call", operation.name, ...ordered(given).map(([param, value]) => shellWord(`${param.name}=${plain(value)}`))];
  if (operation.rows) words.push("--all");
  return words.join(" ");
}

const LANGUAGES: Record<Language, (operation: Operation, given: Given, data: Data) => string> = { javascript, python, kotlin, java, swift, rust, shell };

export const LABELS: Record<Language, string> = {
  javascript: "JavaScript",
  python: "Python",
  kotlin: "Kotlin",
  java: "Java",
  swift: "Swift",
  rust: "Rust",
  shell: "Shell",
};

export function code(language: Language, operation: Operation, given: Given, data: Data): string {
  return LANGUAGES[language](operation, given, data);
}

// What Node has that browsers and edge workers have not.
import { constants, createReadStream, promises, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import * as util from "node:util";

import { configurationOf } from "./configuration.js";
import type { Reader } from "./configuration.js";
import { InvalidAccountError } from "./errors.js";
import { wordsOf } from "./named.js";
import type { OpenFile, Platform } from "./platform.js";
import { SOUND, faultOf } from "./probe.js";
import { current, isReady } from "./wasm.js";

/** How much of a file is in memory at a time. */
const CHUNK = 128 << 10;

/** Node, with the bytes of the WebAssembly and the reader of TOML from wherever the entry has them. */
export function nodePlatform(wasmNow: () => Buffer, toml: () => Reader["parse"]): Platform {
  return {
    wasmNow,
    open,
    reader,
    aborting,
    userAgent: `baijiayun-js/${VERSION} ${runtime()}`,
    isServer: true,
    sharesTimers: true,
    streams: true,
    configuration(given) {
      const { env } = process;
      const files = ["baijiayun.toml", ...userFile(env)];
      const parse = (text: string) => toml()(text);
      const guesses = () => current().glue.guessed_paths().split("\n");
      const check = (paths: object) => faultOf({ ...SOUND, paths })?.message;
      isReady();
      const pathsFile = "baijiayun-paths.toml";
      return configurationOf(given, { environment: env, files, pathsFile, read, parse, beside, guesses, check });
    },
  };
}

function runtime(): string {
  const { bun, deno, node } = process.versions;
  return bun ? `bun/${bun}` : deno ? `deno/${deno}` : `node/${node}`;
}

/** As `bjy` finds it. */
function userFile(env: NodeJS.ProcessEnv): string[] {
  const named = process.platform === "win32" ? env["APPDATA"] : env["XDG_CONFIG_HOME"];
  const folder = named && isAbsolute(named) ? named : process.platform === "win32" ? undefined : join(homedir(), ".config");
  return folder ? [join(folder, "baijiayun", "config.toml")] : [];
}

function beside(path: string, name: string): string {
  if (name.startsWith("~/")) return join(homedir(), name.slice(2));
  return isAbsolute(name) ? name : join(dirname(path), name);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // A user without a home has a device in its place.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    const message = `${path} cannot be read: ${wordsOf(error)}`;
    throw new InvalidAccountError({ kind: "invalid_account", message }, { cause: error });
  }
}

function reader({ buffer, byteOffset, length }: Uint8Array): (length: number) => string {
  const bytes = Buffer.from(buffer, byteOffset, length);
  return (length) => bytes.toString("utf8", 0, length);
}

// `promises` are loaded when they are first asked for: most programs never need that millisecond.
async function open(path: string): Promise<OpenFile> {
  const found = await promises.stat(path);
  if (!found.isFile()) throw new Error("it is not a file");
  await promises.access(path, constants.R_OK);
  const { size } = found;
  return { size, read: (start, end) => createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK }) };
}

let Native: typeof AbortController | undefined;

/** The controller of Node itself: that of jsdom, which a test environment puts in its place, no `fetch` of Node knows. */
function aborting(): AbortController {
  // Bun has no such function.
  Native ??= (util.transferableAbortController?.() as AbortController | undefined)?.constructor as typeof AbortController | undefined;
  return new (Native ?? AbortController)();
}

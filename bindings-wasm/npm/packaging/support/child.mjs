// Programs that end by themselves, and programs that are ended.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs a program to its end and returns what it printed. */
export async function output(program, args, options) {
  try {
    return (await execute(program, args, { maxBuffer: 64 << 20, ...options })).stdout;
  } catch (error) {
    // Its message has what the program wrote as errors, but not what it printed.
    const text = [error.message, error.stdout].filter(Boolean).join("\n");
    throw new Error(text.replace(/^.{500,}$/gm, (line) => `${line.slice(0, 200)}…`));
  }
}

/** Runs npm in a folder. */
export function npm(folder, ...args) {
  return output("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
}

const running = new Set();
let endsWithThis = false;

/** Has the programs end with this process, however it ends. */
function endWithThis() {
  if (endsWithThis) return;
  endsWithThis = true;
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
}

/** Starts a program that runs until the test `t` is over, or this process. */
export function start(t, program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  endWithThis();
  running.add(child);
  child.once("exit", () => running.delete(child));
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  });
  return child;
}

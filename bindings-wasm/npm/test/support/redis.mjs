// A Redis or Valkey server of a test's own, as tests/e2e/redis_server.rs has it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

/** `REDIS_SERVER`, or redis-server or valkey-server on the PATH. */
function find() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const named = ["redis-server", "valkey-server"].flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.REDIS_SERVER, ...named].find((path) => path && isExecutable(path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why there is no server to test with; `REDIS_REQUIRED`, which `./dev test` sets, makes that a failure. */
export const skip =
  find() || process.env.REDIS_REQUIRED ? false : "redis-server is not installed (Debian: apt-get install redis-server)";

/** Below the ports that systems give to outgoing connections, so that a stopped server finds its port free again. */
const randomPort = () => 20_000 + Math.floor(Math.random() * 10_000);

/** A server that ends with the test `t`. */
export async function startRedis(t) {
  const directory = mkdtempSync(join(tmpdir(), "baijiayun-redis-"));
  const server = new RedisServer(directory);
  t.after(async () => {
    await server.kill();
    rmSync(directory, { recursive: true });
  });
  for (let tries = 0; tries < 20; tries++) {
    // A port may be taken: then the server ends at once.
    server.port = randomPort();
    if (await server.start()) return server;
  }
  throw new Error("redis-server does not start");
}

class RedisServer {
  port = 0;
  #directory;
  #child;

  constructor(directory) {
    this.#directory = directory;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty; false if it ended at once. */
  async start() {
    const persistence = ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", this.#directory];
    const args = ["--bind", "127.0.0.1", "--port", String(this.port), ...persistence];
    this.#child = spawn(find() ?? "redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface(this.#child.stdout);
    for await (const line of lines) {
      if (!line.includes("Ready to accept connections")) continue;
      this.#child.stdout.resume();
      return true;
    }
    return false;
  }

  /** Stops its process in the middle of whatever it does: it takes connections, and answers nothing. */
  freeze() {
    this.#child.kill("SIGSTOP");
  }

  /** Kills it, as a crash does. */
  async kill() {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

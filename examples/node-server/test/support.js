// What the tests start: the mock service, the server, a browser.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

const HERE = join(import.meta.dirname, "..");
const WORKSPACE = join(HERE, "../..");

/** @typedef {import("node:test").TestContext} TestContext */

/**
 * A program that ends with the test.
 *
 * @param {TestContext} t
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
function start(t, command, args, options) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  });
  return createInterface({ input: /** @type {import("node:stream").Readable} */ (child.stdout) });
}

const BUILT = join(process.env.CARGO_TARGET_DIR ?? join(WORKSPACE, "target"), "debug/bjy");

/** The program `bjy`: what BJY names, what cargo built, or what stands on the PATH, as that of the npm package bjy does. */
export const BJY = process.env.BJY ?? (existsSync(BUILT) ? BUILT : "bjy");

/**
 * The environment that names the account of a mock, `bjy mock`.
 *
 * @param {TestContext} t
 * @param {string[]} flags
 */
export async function startMock(t, ...flags) {
  const [line] = await once(start(t, BJY, ["mock", "--json", ...flags]), "line");
  const { url, partner_id, partner_key } = JSON.parse(line);
  return { BAIJIAYUN_DOMAIN: url, BAIJIAYUN_PARTNER_ID: partner_id, BAIJIAYUN_PARTNER_KEY: partner_key };
}

/**
 * The address of the server, once it is ready.
 *
 * @param {TestContext} t
 * @param {Record<string, string>} env
 */
export async function startServer(t, env) {
  const args = [join(HERE, "src/main.js")];
  const lines = start(t, process.execPath, args, { env: { ...process.env, PORT: "0", ...env } });
  for await (const line of lines) {
    const address = /^打开 (http.*)$/.exec(line)?.[1];
    if (address === undefined) continue;
    lines.resume();
    return address;
  }
  throw new Error("the server ended");
}

/**
 * The address at which a server listens until the test ends.
 *
 * @param {TestContext} t
 * @param {import("node:http").RequestListener} handle
 */
export async function listen(t, handle) {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

/**
 * A handler of the Fetch API behind an address.
 *
 * @param {TestContext} t
 * @param {(request: Request) => Response | Promise<Response>} handle
 */
export function serve(t, handle) {
  return listen(t, async (message, reply) => {
    const chunks = await message.toArray();
    const body = message.method === "POST" ? { body: Buffer.concat(chunks) } : {};
    const headers = { "content-type": message.headers["content-type"] ?? "" };
    const url = `http://${message.headers.host}${message.url}`;
    const response = await handle(new Request(url, { method: message.method ?? "GET", headers, ...body }));
    reply.writeHead(response.status, Object.fromEntries(response.headers));
    reply.end(Buffer.from(await response.arrayBuffer()));
  });
}

/**
 * A page of a browser without a past.
 *
 * @param {TestContext} t
 */
export async function openBrowser(t) {
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", ...quiet],
  });
  t.after(() => browser.close());
  return browser.newPage({ locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 1200, height: 900 } });
}

/**
 * A callback as the service posts it, signed here as its document says.
 *
 * @param {Record<string, string>} fields
 * @param {string} key
 */
export function signed(fields, key) {
  const text = Object.keys(fields).sort().map((name) => `${name}=${fields[name]}&`).join("");
  const sign = createHash("md5").update(`${text}partner_key=${key}`).digest("hex");
  return new URLSearchParams({ ...fields, sign });
}

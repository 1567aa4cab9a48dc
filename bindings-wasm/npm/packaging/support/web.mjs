// Web servers on loopback, and a browser to look at them.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import * as playwright from "playwright-core";

import { forward } from "./mock.mjs";
import { chromium } from "./requirements.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Listens on a free port until the test `t` is over; returns the origin. */
export async function listen(t, handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * Serves a folder, and the mock of `account` on the same origin. `special` may answer first, and then returns true.
 */
export function serve(t, folder, account, { types = {}, headers = {}, special = () => false } = {}) {
  return listen(t, async (request, response) => {
    if (special(request, response) || forward(account, request, response)) return;
    const { pathname } = new URL(request.url, "http://localhost");
    const file = join(folder, normalize(pathname === "/" ? "/index.html" : pathname));
    try {
      const content = await readFile(file);
      const type = { ...TYPES, ...types }[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
}

/** A browser for the test `t`, with a profile of its own. */
export async function openBrowser(t) {
  const browser = await playwright.chromium.launch({
    executablePath: chromium,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  t.after(() => browser.close());
  return browser;
}

/** Opens a page on its own; `seen` fills with what goes wrong in it and with the addresses that it asks for. */
export async function openPage(browser, address) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const seen = { errors: [], warnings: [], requests: [] };
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => message.type() === "warning" && seen.warnings.push(message.text()));
  page.on("request", (request) => seen.requests.push(request.url()));
  await page.goto(address);
  return { page, seen };
}

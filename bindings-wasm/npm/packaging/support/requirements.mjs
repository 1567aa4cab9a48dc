// What only some machines have.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

export const chromium = process.env.CHROMIUM || "/usr/bin/chromium";

/** Options of a test that needs a browser: it is skipped where there is none, unless it must not be. */
export const needsChromium = needs(existsSync(chromium), "no Chromium: install it, or name one in CHROMIUM");

/** Options of a test that needs workerd, which runs on few systems. */
export const needsWorkerd = needs(workerdRuns(), "workerd does not run on this system");

function workerdRuns() {
  const { resolve } = createRequire(import.meta.url);
  const { resolve: resolveOfMiniflare } = createRequire(resolve("miniflare"));
  try {
    execFileSync(process.execPath, [resolveOfMiniflare("workerd/bin/workerd"), "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function needs(isThere, otherwise) {
  return { skip: isThere || process.env.PACKAGING_REQUIRED === "1" ? false : otherwise };
}

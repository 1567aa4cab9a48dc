// A browser, with a profile of its own.
import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";

/** Options of a test that needs a browser: it is skipped where there is none, unless it must not be. */
export const needsChromium = {
  skip: existsSync(executablePath) || process.env.PACKAGING_REQUIRED === "1" ? false : "no Chromium: install it, or name one in CHROMIUM",
};

export async function browser(t) {
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({ executablePath, args });
  t.after(() => browser.close());
  return browser;
}

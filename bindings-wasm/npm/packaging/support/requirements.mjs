// What only some machines have.
import { existsSync } from "node:fs";

export const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Options of a test that needs a browser: it is skipped where there is none, unless it must not be. */
export const needsChromium = needs(existsSync(chromium), "no Chromium: install it, or name one in CHROMIUM");

function needs(isThere, otherwise) {
  return { skip: isThere || process.env.PACKAGING_REQUIRED === "1" ? false : otherwise };
}

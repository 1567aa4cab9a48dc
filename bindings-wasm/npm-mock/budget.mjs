// What the package may weigh, measured on the tarball that npm would publish: `npm run budget`.
import { weigh } from "../npm/weigh.mjs";

weigh(import.meta.dirname, {
  unpacked: 1_500_000,
  // docs/decisions/0042 says what it was, and where it goes.
  wasm: 192_000,
  gzipped: { "dist/web.mjs": 7_000, "dist/node.cjs": 9_000 },
});

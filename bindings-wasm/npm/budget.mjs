// What the package may weigh, measured on the tarball that npm would publish: `npm run budget`.
import { weigh } from "./weigh.mjs";

weigh(import.meta.dirname, {
  unpacked: 2_000_000,
  // 120,000 was the goal, and what the engine had before it uploaded in chunks, kept exact windows and checked what it is
  // given: docs/decisions/0011 and 0030 say where the rest goes.
  wasm: 150_000,
  // 4,000 until all it is given was checked.
  gzipped: { "dist/upload.mjs": 4_096, "dist/upload.cjs": 4_096 },
});

// What README.md shows, run as it stands; the Chinese one has the same code.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const HERE = import.meta.dirname;
const blocks = (page) => Array.from(readFileSync(join(HERE, "..", page), "utf8").matchAll(/```js\n(.*?)```/gs), ([, code]) => code);

test("README.md", (t) => {
  const code = blocks("README.md");
  assert.deepEqual(blocks("README.zh-CN.md"), code);
  // Inside the package, where its own name leads to it.
  const folder = join(HERE, "tmp");
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "readme.mjs"), code.join("\n"));
  const said = execFileSync(process.execPath, [join(folder, "readme.mjs")], { encoding: "utf8" });
  assert.match(said, /高一数学\n[^]*room\.create[^]*'1 false', '2 false', '3 false'[^]*\n2002\n/);
});

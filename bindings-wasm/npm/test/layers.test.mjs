// No two modules of src/ import each other, not even by way of others, and not even types.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const SRC = join(import.meta.dirname, "../src");

const files = readdirSync(SRC, { recursive: true }).filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
const imports = new Map(
  files.map((path) => {
    const text = readFileSync(join(SRC, path), "utf8");
    const named = [...text.matchAll(/^(?:import|export)\b[^;]*?from "(\.[^"]+)\.js";/gms)].map(([, name]) => name);
    return [path, named.map((name) => `${normalize(join(dirname(path), name))}.ts`).filter((name) => files.includes(name))];
  }),
);

test("imports run one way", () => {
  assert.ok(imports.get("engine.ts").includes("attempt.ts") && imports.size > 50, "they are found");
  const done = new Set();
  const visit = (path, way) => {
    assert.ok(!way.includes(path), `a circle: ${[...way.slice(way.indexOf(path)), path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const next of imports.get(path)) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
});

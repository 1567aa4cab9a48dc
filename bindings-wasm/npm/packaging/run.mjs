// Installs the packed package where people use it, and calls a mock of the service from there:
// `node packaging/run.mjs` for all environments, or with the names of some. It packs what `npm run build` made.
//
// CHROMIUM and BJY name another browser and another `bjy`. What this machine has no program for is skipped and said so;
// with PACKAGING_REQUIRED=1 it fails. DENO, BUN and FIREFOX name what is to be tried besides.
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";

import { prepare } from "./support/prepare.mjs";

const ENVIRONMENTS = join(import.meta.dirname, "environments");

const all = readdirSync(ENVIRONMENTS).sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}

const begun = performance.now();
const { suite } = await prepare();
const prepared = performance.now();
const chosen = wanted.length > 0 ? wanted : all;
const files = chosen.map((name) => join(suite, "environments", name, `${name}.test.mjs`));

const results = [];
const note = (outcome) => (event) => {
  if (event.nesting === 0) results.push({ ...event, outcome: event.skip === undefined ? outcome : "skipped" });
};
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => interruption.abort());
const { signal } = interruption;
const events = run({ files, concurrency: availableParallelism(), timeout: 120_000, signal });
events.on("test:pass", note("passed"));
events.on("test:fail", note("FAILED"));
const told = events.compose(new spec());
told.pipe(process.stdout);
await finished(told);

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const lines = results.map(({ name, outcome, skip, details }) => {
  const why = typeof skip === "string" ? `: ${skip}` : "";
  // A file that did not end has its path for a name.
  return `${basename(name, ".test.mjs").padEnd(12)} ${seconds(details.duration_ms).padStart(7)}  ${outcome}${why}`;
});
lines.unshift(`${"preparing".padEnd(12)} ${seconds(prepared - begun).padStart(7)}`);
lines.push(`${"in all".padEnd(12)} ${seconds(performance.now() - begun).padStart(7)}`);
console.log(`\n${lines.join("\n")}`);
const failed = results.some(({ outcome }) => outcome === "FAILED");
if (failed || results.length < files.length) process.exitCode = 1;

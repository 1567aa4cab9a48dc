// How long the first call takes in a fresh Node process, with the packed package: `node packaging/first-call.mjs`.
// The service answers at once, from memory. The kinds take turns; a test would only tell how busy the machine is.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { prepare } from "./support/prepare.mjs";

const ROUNDS = 20;

const PROGRAMS = {
  import: ["mjs", 'const { Client } = await import("baijiayun");'],
  require: ["cjs", 'const { Client } = require("baijiayun");'],
  "import of the inline entry": ["mjs", 'const { Client } = await import("baijiayun/inline");'],
};

const CALLS = `
const loaded = performance.now();
const http = async () => ({ status: 200, body: '{"code":0,"msg":"","ts":1,"data":{"user_count":2,"display_user_count":2}}' });
const client = new Client({ domain: "demo", partnerId: "1", partnerKey: "key", http });
client.live.getUserCount({ room_id: 1 }).then(() => {
  const called = performance.now();
  console.log(JSON.stringify({ load: loaded - begun, call: called - loaded }));
});
`;

await prepare();
const { install } = await import("./support/project.mjs");
const project = await install("node");
const nothing = join(project, "nothing.cjs");
writeFileSync(nothing, "");

const programs = { "Node alone": nothing };
for (const [name, [kind, load]] of Object.entries(PROGRAMS)) {
  programs[name] = join(project, `first-call-${name}.${kind}`);
  writeFileSync(programs[name], `const begun = performance.now();\n${load}\n${CALLS}`);
}
const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, program] of Object.entries(programs)) times[name].push(run(program));
}

function run(program) {
  const begun = performance.now();
  const told = execFileSync(process.execPath, [program], { encoding: "utf8" });
  return { process: performance.now() - begun, ...JSON.parse(told || "{}") };
}

const of = (runs, what) => {
  const sorted = runs.map((run) => run[what]).sort((a, b) => a - b);
  const [least, median] = [sorted[0], sorted[sorted.length >> 1]];
  return least === undefined ? "" : `${least.toFixed(1)} (${median.toFixed(1)})`;
};
console.log(`Milliseconds, the least (the median) of ${ROUNDS}, Node ${process.version}`);
console.table(
  Object.fromEntries(
    Object.entries(times).map(([name, runs]) => [
      name,
      { loading: of(runs, "load"), "first call": of(runs, "call"), "whole process": of(runs, "process") },
    ]),
  ),
);

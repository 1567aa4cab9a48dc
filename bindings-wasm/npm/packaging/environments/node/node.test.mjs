// Node: `import`, `require`, and both in one process. The same in Deno and Bun, if the variables of these names say where they are.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install, run as runIn, runNode } from "../../support/project.mjs";

const OTHERS = { DENO: ["run", "--allow-all"], BUN: [] };

test("node", async (t) => {
  const project = await install("node");
  const account = await startMock(t);
  const run = (file, ...args) => runNode(join(project, file), account, ...args);

  await t.test("import", async () => assert.deepEqual(await run("esm.mjs"), EXPECTED));
  await t.test("require", async () => assert.deepEqual(await run("commonjs.cjs"), EXPECTED));
  await t.test("import of the inline entry", async () => assert.deepEqual(await run("inline-esm.mjs"), EXPECTED));
  await t.test("require of the inline entry", async () => assert.deepEqual(await run("inline-commonjs.cjs"), EXPECTED));

  await t.test("both in one process are one module", async () => {
    const { names, different } = await run("both.mjs");
    assert.deepEqual(different, []);
    assert.ok(names.includes("Client") && names.includes("ready") && names.length > 20, names.join());
  });

  await t.test("errors of any entry are instances of the classes of all", async () => {
    const { tried, failed } = await run("instances.mjs");
    assert.deepEqual(failed, []);
    assert.equal(tried, 16);
  });

  await t.test("functions that are not awaited load the WebAssembly themselves", async () => {
    for (const entry of ["baijiayun", "baijiayun/inline"]) {
      assert.equal(await run("synchronous.mjs", entry), "class_event");
    }
  });

  await t.test("nothing happens before the first use", async () => {
    const { atRest, inUse } = await run("at-rest.mjs");
    assert.deepEqual(atRest, []);
    assert.ok(inUse.includes("new WebAssembly.Module()"), inUse.join());
  });

  for (const [name, args] of Object.entries(OTHERS)) {
    const program = process.env[name];
    await t.test(name, { skip: program ? false : `${name} says nothing` }, async () => {
      for (const file of ["esm.mjs", "commonjs.cjs", "inline-esm.mjs"]) {
        assert.deepEqual(await runIn(program, [...args, join(project, file)], account), EXPECTED, file);
      }
    });
  }
});

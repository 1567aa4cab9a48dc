// Another browser engine, if the variable FIREFOX says where it is. Nothing drives it: the page tells what came of it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

import { start } from "../../support/child.mjs";
import { EXPECTED } from "../../support/exercise.mjs";
import { startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { serve } from "../../support/web.mjs";

const program = process.env.FIREFOX;

test("firefox", { skip: program ? false : "FIREFOX says nothing" }, async (t) => {
  const project = await install("firefox");
  const account = await startMock(t);
  let told;
  const result = new Promise((resolve) => (told = resolve));
  const special = (request, response) => {
    if (request.url === "/account") response.end(JSON.stringify({ ...account, domain: `http://${request.headers.host}` }));
    else if (request.url === "/result") text(request).then(told).then(() => response.end());
    else return false;
    return true;
  };
  const origin = await serve(t, project, account, { special });
  const profile = join(project, "profile");
  mkdirSync(profile);
  const browser = start(t, program, ["--headless", "--no-remote", "--profile", profile, origin]);
  const ended = once(browser, "exit").then(() => assert.fail("it ended before it told anything"));
  assert.deepEqual(JSON.parse(await Promise.race([result, ended])), EXPECTED);
});

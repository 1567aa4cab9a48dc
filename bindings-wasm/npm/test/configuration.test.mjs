// Where an account comes from that is not given: tests/vectors/configuration.json.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { Client } from "baijiayun";

import { vectors } from "./support/fakes.mjs";

const NAMES = { account: "account", domain: "domain", partner_id: "partnerId", partner_key: "partnerKey" };
const inOurs = (text) => text.replace(/\bpartner_(id|key)\b/g, (_, end) => (end === "id" ? "partnerId" : "partnerKey"));

/** Makes a client in a folder of its own, and tells where a call would go. */
const PROGRAM = `
  import { Client } from "baijiayun";
  const { given, signer, calls } = JSON.parse(process.argv[1]);
  try {
    const client = new Client({ ...given, ...(signer && { signer: async () => "0".repeat(32) }) });
    const told = calls.map((name) => client.request(name, { room_id: 1 }));
    console.log(JSON.stringify({ told }));
  } catch ({ name, kind, reason, hint, message, stack }) {
    console.log(JSON.stringify({ error: { name, kind, reason, hint, all: message + stack } }));
  }
`;

async function run({ given = {}, environment, files, needs_key = true }) {
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-configuration-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const account = Object.fromEntries(Object.entries(given).map(([name, value]) => [NAMES[name], value]));
    const asked = JSON.stringify({ given: account, signer: !needs_key, calls: needs_key ? ["room.info"] : [] });
    const { PATH } = process.env;
    const env = { PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, "user"), ...environment };
    // The package is found from here, the files from the folder.
    const args = ["--input-type=module", "-e", `process.chdir(${JSON.stringify(folder)});${PROGRAM}`, asked];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: import.meta.dirname });
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the account of the environment and its files", { concurrency: 2 }, async (t) => {
  const cases = vectors("configuration");
  await Promise.all(
    cases.map((vector) =>
      t.test(vector.name, async () => {
        const { told, error } = await run(vector);
        if (vector.error) {
          const { kind, message, hidden, hint = [] } = vector.error;
          assert.equal(error?.kind, kind, JSON.stringify(told));
          assert.ok(error.reason.includes(message) || error.reason.includes(inOurs(message)), error.reason);
          for (const word of hint) assert.ok(error.hint.includes(word), error.hint);
          assert.ok(!hidden || !error.all.includes(hidden), "nothing secret is told");
          return;
        }
        assert.equal(error, undefined);
        if (vector.needs_key === false) return;
        const { domain, partner_id, paths } = vector.found;
        assert.ok(told[0].url.includes(`//${domain}.`), told[0].url);
        assert.ok(told[0].url.endsWith(paths["room.info"] ?? "/openapi/room/info"), told[0].url);
        assert.match(told[0].body, new RegExp(`partner_id=${partner_id}&`));
      }),
    ),
  );
  assert.ok(cases.length >= 20);
});

test("an account that is given whole needs nothing else", () => {
  process.env.BAIJIAYUN_DOMAIN = "elsewhere";
  try {
    const client = new Client({ domain: "school", partnerId: 1, partnerKey: "k" });
    assert.match(client.request("room.info", { room_id: 1 }).url, /^https:\/\/school\./);
    // What is named but absent is a mistake, and no wish to have the environment's.
    assert.throws(() => new Client({ domain: undefined, partnerId: 1, partnerKey: "k" }), /domain is missing: it is undefined/);
  } finally {
    delete process.env.BAIJIAYUN_DOMAIN;
  }
});

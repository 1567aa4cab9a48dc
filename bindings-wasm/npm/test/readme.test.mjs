// What README.md shows, run against the service's double.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { startMock } from "./support/mock.mjs";

const HERE = import.meta.dirname;
const [first, ...others] = [...readFileSync(join(HERE, "../README.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
  ([, code]) => code,
);

/** What a page has: a file, a server to ask, and a service that takes the file. */
const PAGE = `
const chosenFile = new File(["a"], "第一课.mp4");
const askYourServer = async () => ({ video_id: "1", upload_url: "https://upload.example/" });
globalThis.fetch = async () => Response.json({ code: 1 });
`;

test("README.md", async (t) => {
  assert.equal(others.length, 5);
  const { domain, partnerId, partnerKey } = await startMock(t);
  const account = {
    BAIJIAYUN_DOMAIN: domain,
    BAIJIAYUN_PARTNER_ID: partnerId,
    BAIJIAYUN_PARTNER_KEY: partnerKey,
  };
  // Inside the package, where its own name leads to it.
  mkdirSync(join(HERE, "tmp"), { recursive: true });
  const folder = mkdtempSync(join(HERE, "tmp/readme-"));
  t.after(() => rmSync(join(HERE, "tmp"), { recursive: true }));
  writeFileSync(join(folder, "第一课.mp4"), Buffer.alloc(100_000));
  const server = `${first}const pdf = Buffer.from("%PDF");\n`;
  const programs = [first, ...others.map((code) => (code.includes("uploadVideo") ? PAGE : server) + code)];
  for (const [index, code] of programs.entries()) {
    await t.test(`block ${index + 1}`, () => {
      const program = join(folder, `${index}.mjs`);
      writeFileSync(program, code);
      const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
        cwd: folder,
        env: { ...process.env, ...account },
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      const sent = /100000 of 100000 bytes/;
      assert.match(stdout, [/第一课/, /3001 房间号不存在/, sent, /1 of 1 bytes/, /第一课/, /第一课/][index]);
    });
  }
});

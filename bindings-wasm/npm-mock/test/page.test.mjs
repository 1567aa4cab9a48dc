// The page at the mock's root, of `listen()` and of `bjy mock`, in a real browser.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";

import { Client } from "baijiayun";

import { startMock } from "../../npm/test/support/mock.mjs";
import { browser, needsChromium } from "./support/browser.mjs";
import { PLAIN, create, customer, world } from "./support/world.mjs";

const EVIL = '<img src=x onerror="document.title=1"><script>alert(1)</script>';

/** Shows what comes, while the page is open. */
async function check(t, account) {
  const client = new Client({ ...account, ...PLAIN });
  const page = await (await browser(t)).newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(account.domain);
  const text = (id) => page.locator(`#${id}`).innerText();
  const shows = (id, words) => page.locator(`#${id}`).filter({ hasText: words }).waitFor();
  await shows("requests", "none yet");

  const { url } = await customer(t, [500, EVIL]);
  await client.liveAccount.setClassCallbackUrl({ url });
  const { room_id } = await create(client, EVIL);
  await shows("rooms", EVIL);
  await shows("requests", `title=${EVIL}`);
  await client.live.startClass({ room_id });
  await shows("rooms", "in class");
  await shows("callbacks", `500 ${EVIL}`);
  await client.user.add({ role: 1, name: "王老师", phone_number: "13800000000", password: "geheim123" });
  await client.partner.getKey({ secret_key: "geheim456" });
  await assert.rejects(client.room.info({ room_id: 1 }));
  await shows("requests", "refused 3001 房间号不存在");
  await fetch(`${account.domain}/_mock/clock`, { method: "POST", body: '{"advance": 60}' });
  await shows("callbacks", '200 {"code":0,"msg":""}');
  assert.match(await text("requests"), /password=\*\*\*/);
  assert.match(await text("counts"), /rooms 房间 1[^]*users 用户 1/);

  const whole = (await page.content()) + (await (await fetch(`${account.domain}/_mock/overview`)).text());
  for (const secret of ["geheim", account.partnerKey, "sign="]) assert.ok(!whole.includes(secret), secret);
  assert.equal(await page.title(), "bjy mock 模拟服务", "nothing of what came was run");
  assert.equal(await page.locator("img, tbody script").count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await page.setViewportSize({ width: 390, height: 800 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "on a phone");
  assert.deepEqual(errors, []);
}

test("of listen()", needsChromium, async (t) => {
  const { mock } = world(t);
  const { url } = await mock.listen();
  await check(t, { ...mock.account, domain: url });
});

test("of bjy mock", needsChromium, async (t) => check(t, await startMock(t)));

test("who comes by another name sees nothing", async (t) => {
  const { domain } = await startMock(t);
  for (const path of ["/", "/_mock/overview"]) {
    const status = await new Promise((resolve, reject) => {
      const asked = request(domain + path, { headers: { host: "evil.example" } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on("error", reject).end();
    });
    assert.equal(status, 403);
    assert.equal((await fetch(domain + path)).status, 200);
  }
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { openBrowser, signed, startMock, startServer } from "./support.js";

const START = "2099-01-05T09:00:00.000Z";

/** @param {string} url @param {object} [body] */
function post(url, body) {
  const sent = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return fetch(url, { method: "POST", ...sent });
}

test("a teacher and a student meet, and the page tells when class begins", async (t) => {
  const server = await startServer(t, await startMock(t));
  const page = await openBrowser(t);
  /** @type {Error[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  await page.goto(server);
  await page.getByText("还没有课堂，先在上面新建一个。").waitFor();

  await page.getByLabel("课堂名称").fill("高一数学 <第一课>");
  await page.getByLabel("老师姓名").fill("王老师");
  await page.getByRole("button", { name: "新建课堂" }).click();
  const teacher = await page.getByRole("link", { name: "以王老师的身份进入课堂" }).getAttribute("href");
  const { searchParams } = new URL(teacher ?? "");
  assert.equal(searchParams.get("user_name"), "王老师");
  assert.equal(searchParams.get("user_role"), "1");
  const row = page.locator("#rooms li", { hasText: "高一数学 <第一课>" });
  await row.getByText("未上课").waitFor();

  await page.getByLabel("你的名字").fill("小明");
  await page.getByRole("button", { name: "获取进入链接" }).click();
  const student = await page.getByRole("link", { name: "小明，点这里进入课堂" }).getAttribute("href");
  const entered = new URL(student ?? "").searchParams;
  assert.equal(entered.get("user_role"), "0");
  assert.equal(entered.get("room_id"), searchParams.get("room_id"));
  assert.notEqual(entered.get("user_number"), searchParams.get("user_number"));
  assert.match(entered.get("sign") ?? "", /^[0-9a-f]{32}$/);

  // The mock posts its callback; the page hears of it.
  await row.getByRole("button", { name: "上课" }).click();
  await page.locator("#events li", { hasText: "开始上课" }).waitFor();
  await row.getByText("上课中").waitFor();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  await row.getByRole("button", { name: "下课" }).click();
  await page.locator("#events li", { hasText: "下课了" }).waitFor();
  await row.getByText("未上课").waitFor();
  assert.equal(await page.locator("#events li").count(), 2);

  await page.reload();
  await page.locator("#events li").nth(1).waitFor();
  assert.match(await page.locator("#events li").first().innerText(), /<第一课>[^]*下课了/);
  assert.deepEqual(errors, []);
});

test("a callback is taken once, and only if the account signed it", async (t) => {
  const account = await startMock(t);
  const server = await startServer(t, account);
  const page = await openBrowser(t);
  await page.goto(server);
  const fields = { room_id: "26112310000000", op: "start", op_time: "2026-11-23 10:00:00" };
  const now = String(Math.floor(Date.now() / 1000));
  /** @param {Record<string, string>} more @param {string} [key] */
  const send = async (more, key = account.BAIJIAYUN_PARTNER_KEY) => {
    const body = signed({ ...fields, timestamp: now, ...more }, key);
    const response = await fetch(`${server}/callbacks`, { method: "POST", body });
    return [response.status, (await response.json()).code];
  };
  assert.deepEqual(await send({ qid: "1" }, "another key"), [401, 1]);
  assert.deepEqual(await send({ qid: "1", timestamp: "1484115414" }), [401, 1], "a recorded one");
  assert.deepEqual(await send({ qid: "1" }), [200, 0]);
  assert.deepEqual(await send({ qid: "1" }), [200, 0], "a repetition is answered alike");
  assert.deepEqual(await send({ qid: "2", op: "end" }), [200, 0]);
  await page.locator("#events li", { hasText: "下课了" }).waitFor();
  assert.equal(await page.locator("#events li").count(), 2);
});

test("no answer tells codes or the key", async (t) => {
  const account = await startMock(t);
  const server = await startServer(t, account);
  const made = await post(`${server}/rooms`, { title: "英语", teacher: "李老师", start: START, minutes: 45 });
  assert.equal(made.status, 201);
  const { id } = await made.json();
  const rooms = await (await fetch(`${server}/rooms`)).json();
  const [start, end] = [Date.parse(START) / 1000, Date.parse(START) / 1000 + 45 * 60];
  assert.deepEqual(rooms, [{ id, title: "英语", start, end, status: 1 }]);
  for (const path of ["/", "/rooms"]) {
    assert.ok(!(await (await fetch(server + path)).text()).includes(account.BAIJIAYUN_PARTNER_KEY));
  }
});

test("what goes wrong is told in words", async (t) => {
  const server = await startServer(t, await startMock(t));
  const nowhere = await post(`${server}/rooms/26010110000000/links`, { name: "小明" });
  assert.equal(nowhere.status, 404);
  assert.deepEqual(await nowhere.json(), { message: "没有这个教室，或者已被删除" });
  const short = await post(`${server}/rooms`, { title: "英语", teacher: "李老师", start: START, minutes: 5 });
  assert.equal(short.status, 400);
});

test("without an account it says how to start the mock", () => {
  const env = { PATH: process.env.PATH };
  const main = join(import.meta.dirname, "../src/main.js");
  const none = spawnSync(process.execPath, [main], { env, encoding: "utf8" });
  assert.equal(none.status, 1);
  assert.match(none.stderr, /bjy mock --port 8765/);
  const half = spawnSync(process.execPath, [main], { env: { ...env, BAIJIAYUN_DOMAIN: "demo" }, encoding: "utf8" });
  assert.equal(half.status, 1);
  assert.match(half.stderr, /缺少环境变量 BAIJIAYUN_PARTNER_ID、BAIJIAYUN_PARTNER_KEY/);
});

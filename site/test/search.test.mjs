// The search finds an operation by whatever name somebody has for it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { fuzzy, tokens } from "../.vitepress/search.mjs";
import { launch, serve, watched } from "./support.mjs";

let site, browser;
before(async () => {
  [site, browser] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await browser?.close();
  site?.close();
});

test("names come apart, and Chinese goes in pairs", () => {
  assert.deepEqual(tokens("创建房间", "title"), ["创", "建", "房", "间", "创建", "建房", "房间"]);
  assert.deepEqual(tokens("创建房间"), ["创建", "房间"]);
  for (const apart of [tokens, (/** @type {string} */ text) => tokens(text, "title")]) {
    assert.deepEqual(apart("room.create"), ["room", "create", "roomcreate"]);
    assert.deepEqual(apart("RoomCreate"), ["room", "create", "roomcreate"]);
    assert.deepEqual(apart("/openapi/room/create"), ["openapi", "room", "create", "openapiroomcreate"]);
    assert.deepEqual(apart("large_class.2 的 id"), ["large", "class", "2", "largeclass2", "的", "id"]);
  }
  assert.equal(fuzzy("1002"), false);
});

const QUERIES = [
  ["/", "创建房间", "/reference/room/create.html"],
  ["/", "创建教室", "/reference/room/create.html"],
  ["/", "room.create", "/reference/room/create.html"],
  ["/", "/openapi/room/create", "/reference/room/create.html"],
  ["/", "RoomCreate", "/reference/room/create.html"],
  ["/", "large_class.2", "/reference/room/create.html"],
  ["/", "删除参加码", "/reference/room/delete_code.html"],
  ["/", "room_data.export_live_report", "/reference/room_data/export_live_report.html"],
  ["/", "class_event", "/reference/callbacks/class_event.html"],
  ["/", "1002", "/guide/signing.html"],
  ["/", "代理与网络", "/guide/networks.html"],
  ["/en/", "创建房间", "/en/reference/room/create.html"],
  ["/en/", "room.create", "/en/reference/room/create.html"],
  ["/en/", "/openapi/room/create", "/en/reference/room/create.html"],
  ["/en/", "RoomCreate", "/en/reference/room/create.html"],
  ["/en/", "proxies", "/en/guide/networks.html"],
];

test("the search finds what was meant first", async () => {
  const context = await browser.newContext();
  const { page, complaints } = await watched(context);
  const wrong = [];
  let locale;
  for (const [start, query, wanted] of QUERIES) {
    if (start !== locale) {
      locale = start;
      await page.goto(`${site.url}${start}`);
      await page.locator("#local-search button").click();
    }
    await page.locator(".VPLocalSearchBox input").fill(query);
    const found = () => document.querySelector(".VPLocalSearchBox .results a")?.getAttribute("href")?.split("#")[0];
    const first = await page.waitForFunction(`(${found})() === ${JSON.stringify(wanted)}`, undefined, { timeout: 5000 }).catch(() => undefined);
    if (first === undefined) wrong.push(`${query}: ${await page.evaluate(found)}, not ${wanted}`);
  }
  assert.deepEqual({ wrong, complaints }, { wrong: [], complaints: [] });
  await context.close();
});

// The search finds an operation by whatever name somebody has for it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { fuzzy, named, tokens, whole } from "../.vitepress/search.mjs";
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
  for (const name of ["room.create", "RoomCreate", "ROOM_CREATE", "ｒｏｏｍ create"]) assert.deepEqual(tokens(name), ["room", "create"]);
  assert.deepEqual(tokens("createRoom"), ["create", "room"]);
  assert.deepEqual(tokens("RoomCreate", "title"), ["room", "create", "roomcreate"]);
  const path = ["openapi", "room", "create", "openapiroomcreate"];
  assert.deepEqual(tokens("/openapi/room/create"), path);
  assert.deepEqual(tokens("https://demo.at.baijiayun.com/openapi/room/create"), path);
  assert.deepEqual(tokens("/openapi/room/create", "text"), [...path, "roomcreate"]);
  assert.deepEqual(tokens("large_class.2 的 id"), ["large", "class", "2", "的", "id"]);
  assert.deepEqual(["1002", "room", "token", "craete", "playback"].map(fuzzy), [false, false, 1, 2, 2]);
  const pages = ["room/create.html", "room/create_code.html", "room/", "room/list.html"].map((page) => `/sub/en/reference/${page}`);
  const most = (/** @type {string} */ term) => pages.map((page) => named(page, term));
  assert.deepEqual(most("create").map((boost, at) => boost > 1 && at), [0, 1, false, false]);
  assert(most("create")[0] > most("create")[1] && most("room")[2] > most("room")[0]);
  assert.equal(named("/guide/signing.html", "signing"), 1);
  const terms = tokens("/openapi/room/create");
  assert.deepEqual(terms.map((term, at) => whole(term, at, terms)), [1, 1, 1, 20]);
});

const QUERIES = [
  ["/", "创建房间", "/reference/room/create.html"],
  // Its title in another document.
  ["/", "创建教室", "/reference/room/create.html"],
  ["/", "createRoom", "/reference/room/create.html"],
  ["/", "room.craete", "/reference/room/create.html"],
  ["/", "https://demo.at.baijiayun.com/openapi/room/create", "/reference/room/create.html"],
  ["/", "video/getPlayer", "/reference/video/get_player_token.html"],
  ["/", "getPlayerTok", "/reference/video/get_player_token.html", 2],
  ["/", "small_class.35", "/reference/doc/upload_h5_by_url.html"],
  ["/", "5002", "/guide/errors.html"],
  ["/", "room", "/reference/room/"],
  ["/", "room.create", "/reference/room/create.html"],
  ["/", "/openapi/room/create", "/reference/room/create.html"],
  ["/", "/openapi/room/list", "/reference/room/list.html"],
  ["/", "/openapi/room/delete", "/reference/room/delete.html"],
  ["/", "/openapi/room/update", "/reference/room/update.html"],
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
  ["/en/", "pagination", "/en/guide/lists.html"],
  ["/en/", "rate limit", "/en/guide/limits.html"],
];

test("the search finds what was meant first", async () => {
  const context = await browser.newContext();
  const { page, complaints } = await watched(context);
  const wrong = [];
  let locale;
  for (const [start, query, wanted, most = 1] of QUERIES) {
    if (start !== locale) {
      locale = start;
      await page.goto(`${site.url}${start}`);
      await page.locator("#local-search button").click();
    }
    // What the query before it found is no answer to this one.
    await page.locator(".VPLocalSearchBox input").fill("");
    await page.waitForFunction(() => !document.querySelector(".VPLocalSearchBox .results a"));
    await page.locator(".VPLocalSearchBox input").fill(query);
    const found = () => [...document.querySelectorAll(".VPLocalSearchBox .results a")].map((link) => link.getAttribute("href")?.split("#")[0]);
    const first = await page.waitForFunction(`(${found})().slice(0, ${most}).includes(${JSON.stringify(wanted)})`, undefined, { timeout: 5000 }).catch(() => undefined);
    if (first === undefined) wrong.push(`${query}: ${(await page.evaluate(found))[0]}, not ${wanted}`);
  }
  assert.deepEqual({ wrong, complaints }, { wrong: [], complaints: [] });
  await context.close();
});

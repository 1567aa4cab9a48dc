// Pages in a browser: nothing in the console, nothing wider than a phone, nothing that axe-core finds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { launch, pages, serve, watched } from "./support.mjs";

const PHONE = { width: 360, height: 740 };

let site, browser;
before(async () => {
  [site, browser] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** All pages that people write, and every tenth of those that are made of the description. */
function sample() {
  const isMade = (page) => /\/reference\/.*\//.test(page) || page.includes("/decisions/");
  const made = pages().filter(isMade);
  return [...pages().filter((page) => !isMade(page)), ...made.filter((_, number) => number % 10 === 0)];
}

/** Opens it, and waits until its script runs. */
async function open(page, path) {
  await page.goto(`${site.url}${path}`);
  await page.waitForFunction(() => document.querySelector("#app")?.__vue_app__ !== undefined);
}

test("pages on a phone: nothing is wider than it, and the console is silent", async () => {
  const context = await browser.newContext({ viewport: PHONE });
  const { page, complaints } = await watched(context);
  const wide = [];
  const paths = sample();
  for (const path of paths) {
    await open(page, path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > PHONE.width) wide.push(`${path}: ${width}`);
  }
  assert.deepEqual({ wide, complaints }, { wide: [], complaints: [] });
  assert(paths.length > 90, `${paths.length} pages`);
  await context.close();
});

test("tables on a phone: no column is so narrow that words stand one letter above the other", async () => {
  const context = await browser.newContext({ viewport: PHONE });
  const { page } = await watched(context);
  const narrow = [];
  for (const path of ["/reference/index.html", "/reference/room/index.html", "/coverage.html", "/reference/room/create.html", "/guide/errors.html", "/guide/promises.html"]) {
    await open(page, path);
    const cells = await page.evaluate(() =>
      [...document.querySelectorAll(".vp-doc td")].filter((cell) => cell.textContent.length > 4 && cell.getBoundingClientRect().width < 60).map((cell) => cell.textContent.slice(0, 20)),
    );
    if (cells.length) narrow.push(`${path}: ${cells.slice(0, 3)}`);
  }
  assert.deepEqual(narrow, []);
  await context.close();
});

test("the language of code is chosen by the keyboard as well, and to be seen there", async () => {
  const context = await browser.newContext();
  const { page } = await watched(context);
  await open(page, "/reference/room/create.html");
  await page.locator(".vp-code-group input:checked").first().focus();
  await page.keyboard.press("ArrowRight");
  const chosen = page.locator(".vp-code-group input:checked + label").first();
  assert.equal(await chosen.innerText(), "Python");
  assert.notEqual(await chosen.evaluate((label) => getComputedStyle(label).outlineStyle), "none");
  assert.equal(await page.evaluate(() => localStorage.getItem("baijiayun-language")), "Python");
  await context.close();
});

test("what is copied of a session in a shell is what was typed", async () => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = await watched(context);
  await open(page, "/guide/bjy.html");
  const session = page.locator(".vp-doc [class*='language-']", { hasText: "$ bjy call room.list --all --csv" }).first();
  assert.match(await session.innerText(), /title,room_id\n/);
  await session.hover();
  await session.locator("button.copy").click();
  await page.waitForFunction(() => document.querySelector("button.copied"));
  const copied = (await page.evaluate(() => navigator.clipboard.readText())).split("\n").filter((line) => line !== "");
  assert.deepEqual(copied, [
    "bjy call room.list --all",
    "bjy call room.list --all --jsonl",
    "bjy call room.list --all --csv --columns title,room_id > rooms.csv",
    "cat rooms.csv",
  ]);
  await context.close();
});

test("on paper there is what is read, and nothing that is clicked", async () => {
  const context = await browser.newContext();
  const { page } = await watched(context);
  await page.emulateMedia({ media: "print" });
  await open(page, "/reference/room/create.html");
  for (const part of [".VPNav", ".VPSidebar", ".VPLocalNav", ".VPDocFooter"]) assert.equal(await page.locator(part).first().isVisible(), false, part);
  assert(await page.locator(".vp-doc table").first().isVisible());
  await context.close();
});

const LOOKED_AT = {
  light: [
    "/index.html",
    "/start/javascript.html",
    "/guide/signing.html",
    "/reference/index.html",
    "/reference/room/create.html",
    "/reference/callbacks/class_event.html",
    "/coverage.html",
    "/en/index.html",
    "/en/start/kotlin.html",
    "/en/reference/room/delete_code.html",
  ],
  dark: ["/index.html", "/guide/signing.html", "/en/reference/room/delete_code.html"],
};

for (const [colorScheme, paths] of Object.entries(LOOKED_AT)) {
  test(`axe-core finds nothing on the main pages (${colorScheme})`, async () => {
    const context = await browser.newContext({ colorScheme, reducedMotion: "reduce" });
    const { page, complaints } = await watched(context);
    const found = [];
    for (const path of paths) {
      await open(page, path);
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(...violations.map(({ id, nodes }) => `${path}: ${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`));
    }
    assert.deepEqual({ found, complaints }, { found: [], complaints: [] });
    await context.close();
  });
}

test("who chose a language in one place sees it on the next page", async () => {
  const context = await browser.newContext();
  const { page, complaints } = await watched(context);
  const shown = () => page.locator(".vp-code-group .blocks > .active").first();
  await open(page, "/reference/room/create.html");
  assert.match(await shown().innerText(), /await client\.room\.create/);
  await page.locator(".vp-code-group .tabs label", { hasText: "Python" }).first().click();
  await page.waitForFunction(() => document.querySelector(".vp-code-group .active")?.textContent?.includes("title=\""));
  await page.locator(".VPSidebar a[href$='/reference/room/delete.html']").click();
  await page.waitForFunction(() => document.querySelector(".vp-code-group .active")?.textContent?.includes("client.room.delete(room_id="));
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the switch leads to the same page in the other language", async () => {
  const context = await browser.newContext();
  const { page } = await watched(context);
  await open(page, "/reference/room/create.html");
  // The menu shows it to a pointer or a key; where it leads stands in the page.
  const link = page.locator(".VPNavBarTranslations a", { hasText: "English" });
  assert.equal(await link.getAttribute("href"), "/en/reference/room/create.html");
  await open(page, "/en/reference/room/create.html");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await context.close();
});

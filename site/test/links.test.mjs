// Every link of every page leads to a page that is there, and to a heading that it has.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { DIST, pages } from "./support.mjs";

/** The value of an attribute as HTML writes it. */
const unescaped = (text) => text.replace(/&#39;/g, "'").replace(/&quot;/g, '"').replace(/&amp;/g, "&");

test("links lead somewhere", () => {
  const anchors = new Map();
  const links = new Map();
  for (const page of pages()) {
    const html = readFileSync(join(DIST, page), "utf8");
    anchors.set(page, new Set(Array.from(html.matchAll(/ id="([^"]*)"/g), ([, id]) => unescaped(id))));
    for (const [, href] of html.matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      const url = new URL(unescaped(href), `http://site${page}`);
      if (url.host !== "site") continue;
      const path = decodeURIComponent(url.pathname);
      links.set(`${path.endsWith("/") ? `${path}index.html` : path}${decodeURIComponent(url.hash)}`, page);
    }
  }
  const dead = [];
  for (const [link, page] of links) {
    const [path, anchor] = link.split("#");
    const known = anchors.get(path);
    if (known === undefined ? !existsSync(join(DIST, path)) : anchor && !known.has(anchor)) dead.push(`${link} (in ${page})`);
  }
  assert.deepEqual(dead, []);
  assert(links.size > 1000, `${links.size} links`);
});

test("each operation and callback has a page in both languages", () => {
  const description = JSON.parse(readFileSync(new URL("../../api/generated/description.json", import.meta.url), "utf8"));
  const all = new Set(pages());
  const wanted = description.resources.flatMap(({ resource, operations }) => Object.keys(operations).map((method) => `${resource}/${method}`));
  wanted.push(...Object.keys(description.callbacks).map((name) => `callbacks/${name}`));
  const lacking = wanted.flatMap((name) => ["", "/en"].map((locale) => `${locale}/reference/${name}.html`)).filter((page) => !all.has(page));
  assert.deepEqual(lacking, []);
  assert(wanted.length > 290, `${wanted.length} pages`);
});

test("lines of Chinese join without a blank", () => {
  const broken = pages()
    .filter((page) => page.startsWith("/guide/"))
    .flatMap((page) => {
      const text = readFileSync(join(DIST, page), "utf8").replace(/<pre[^]*?<\/pre>/g, "").replace(/<[^>]+>/g, "");
      return text.match(/.{0,12}[\p{sc=Han}，。；：、）]\n[\p{sc=Han}（].{0,8}/gu) ?? [];
    });
  assert.deepEqual(broken, []);
});

test("each page says what it is, where it is, and where it is in the other language", () => {
  const said = new Map();
  const wrong = [];
  for (const page of pages()) {
    const html = readFileSync(join(DIST, page), "utf8");
    const one = (/** @type {RegExp} */ pattern) => unescaped(html.match(pattern)?.[1] ?? "");
    const path = page.replace(/index\.html$/, "");
    const plain = path.replace(/^\/en\//, "/");
    const isEnglish = path.startsWith("/en/");
    const expected = {
      lang: isEnglish ? "en" : "zh-CN",
      canonical: /^\/(project|decisions)\//.test(path) ? `/en${path}` : path,
      "zh-CN": plain,
      en: `/en${plain}`,
    };
    const found = {
      lang: one(/<html lang="([^"]*)"/),
      canonical: one(/<link rel="canonical" href="([^"]*)"/),
      "zh-CN": one(/hreflang="zh-CN" href="([^"]*)"/),
      en: one(/hreflang="en" href="([^"]*)"/),
    };
    if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ page, found });
    const description = one(/<meta name="description" content="([^"]*)"/);
    if (description.length < 4 || /[[\]`*]/.test(description)) wrong.push({ page, description });
    if (expected.canonical === path) said.set(description, [...(said.get(description) ?? []), page]);
    const levels = Array.from(html.matchAll(/<h([1-6])[ >]/g), ([, level]) => Number(level));
    if (levels.filter((level) => level === 1).length !== 1) wrong.push({ page, levels });
  }
  assert.deepEqual(wrong.slice(0, 9), []);
  assert.deepEqual([...said].filter(([, all]) => all.length > 1), []);
});

test("an address that leads nowhere says so without scripts, and the icon is there", () => {
  assert.match(readFileSync(join(DIST, "404.html"), "utf8"), /<noscript>.*没有这个页面.*No such page/);
  assert(existsSync(join(DIST, "favicon.svg")));
});

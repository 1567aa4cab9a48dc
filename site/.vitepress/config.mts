// The site of the pages that `cargo xtask site` writes to target/site/pages.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type DefaultTheme, type HeadConfig, type MarkdownEnv, type MarkdownRenderer } from "vitepress";

import { fuzzy, named, tokens, whole } from "./search.mjs";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const target = "../../target/site";
// Where it will be served, if that is known (cargo xtask site --address): pages then name themselves by their whole address.
const address = process.env.SITE_ADDRESS ?? "";
const origin = address === "" ? "" : new URL(address).origin;

interface Menus {
  nav: DefaultTheme.NavItem[];
  sidebar: DefaultTheme.SidebarMulti;
}
const menus: { zh: Menus; en: Menus } = JSON.parse(readFileSync(at(`${target}/navigation.json`), "utf8"));

export default defineConfig({
  srcDir: at(`${target}/pages`),
  outDir: at(`${target}/dist`),
  cacheDir: at(`${target}/cache`),
  title: "baijiayun",
  titleTemplate: ":title · baijiayun",
  // Any web server can serve it: each page is a file.
  cleanUrls: false,
  // What all pages know of each other is one file, which is fetched once.
  metaChunk: true,
  lastUpdated: false,
  // A page is fetched when somebody goes there, and not when a link to it is in sight.
  router: { prefetchLinks: false },
  ...(address !== "" && { sitemap: { hostname: address } }),
  transformPageData: (page, { siteConfig }) => {
    if (page.frontmatter.description === undefined && page.frontmatter.layout === undefined && page.filePath !== "") {
      const source = readFileSync(`${siteConfig.srcDir}/${page.filePath}`, "utf8");
      return { description: beginning(source) || page.title };
    }
  },
  transformHead: ({ page, siteConfig }) => {
    const { base } = siteConfig.site;
    const icon: HeadConfig = ["link", { rel: "icon", type: "image/svg+xml", href: `${base}favicon.svg` }];
    if (page === "404.md") return [icon];
    const path = page.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, ".html");
    const of = (folder: string) => `${origin}${base}${folder}${path.replace(/^en\//, "")}`;
    const alternate = (hreflang: string, href: string): HeadConfig => ["link", { rel: "alternate", hreflang, href }];
    // What there is in English alone is one page, whatever menu stands beside it.
    const own = /^(project|decisions)\//.test(page) ? of("en/") : `${origin}${base}${path}`;
    return [icon, ["link", { rel: "canonical", href: own }], alternate("zh-CN", of("")), alternate("en", of("en/")), alternate("x-default", of(""))];
  },
  // Without scripts this page would be white.
  transformHtml: (html, id, { siteConfig }) => (id.endsWith("404.html") ? html.replace('<div id="app"></div>', `$&<noscript>${notFound(siteConfig.site.base)}</noscript>`) : undefined),
  markdown: {
    // An address in a text is what somebody wrote, not where to go: the documents clip them.
    linkify: false,
    config: (md) => {
      inTheirLanguage(md);
      copiedAsTyped(md);
      md.core.ruler.push("empty-headers", emptyHeaders);
      md.core.ruler.push("chinese-lines", chineseLines);
    },
    anchor: { slugify: slug },
    languageAlias: { console: "sh", "kotlin-gradle": "kotlin" },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  locales: {
    root: {
      label: "简体中文",
      lang: "zh-CN",
      description: "百家云服务端 SDK：直播教室与点播",
      themeConfig: {
        ...menus.zh,
        outline: { label: "本页" },
        docFooter: { prev: "上一页", next: "下一页" },
        darkModeSwitchLabel: "外观",
        lightModeSwitchTitle: "浅色",
        darkModeSwitchTitle: "深色",
        sidebarMenuLabel: "菜单",
        returnToTopLabel: "回到顶部",
        langMenuLabel: "切换语言",
        skipToContentLabel: "跳到正文",
        notFound: {
          title: "没有这个页面",
          quote: "地址可能写错了，或页面已改名。用上方的搜索可以找到任何接口。",
          linkLabel: "回到首页",
          linkText: "回到首页",
        },
      },
    },
    en: {
      label: "English",
      lang: "en",
      description: "The server SDK for BaijiaYun: live classrooms and video on demand",
      themeConfig: menus.en,
    },
  },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        disableDetailedView: true,
        _render: indexed,
        miniSearch: {
          options: { tokenize: tokens },
          searchOptions: {
            combineWith: "AND",
            prefix: true,
            fuzzy,
            boost: { title: 8, text: 2, titles: 1 },
            boostTerm: whole,
            boostDocument: named,
            // Of the words that begin so, the word itself comes first: else 27 paths found another operation first.
            weights: { prefix: 0.05, fuzzy: 0.05 },
          },
        },
        locales: {
          root: {
            translations: {
              button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
              modal: {
                noResultsText: "没有找到",
                resetButtonTitle: "清除",
                backButtonTitle: "关闭",
                displayDetails: "显示详情",
                footer: { selectText: "打开", navigateText: "选择", closeText: "关闭" },
              },
            },
          },
        },
      },
    },
  },
  vite: {
    resolve: {
      alias: {
        "@site": at(".."),
        // The packages of this repository, over one WebAssembly file (docs/decisions/0047).
        baijiayun: at("../../bindings-wasm/explorer/dist/explorer.mjs"),
        "baijiayun-mock": at("../../bindings-wasm/explorer/dist/explorer.mjs"),
      },
    },
    // Nothing here, in VitePress or its theme is written in Vue's older way.
    define: { __VUE_OPTIONS_API__: "false" },

    // The index of the search is large, and fetched when somebody searches.
    // terser: the scripts are 5 kB smaller than by esbuild, gzipped.
    build: { target: "es2022", minify: "terser", terserOptions: { compress: { passes: 2 } }, chunkSizeWarningLimit: 4000 },
    server: { fs: { allow: [at("../..")] } },
  },
});

/** As in most viewers of Markdown, and in xtask/src/site/markdown.rs. */
function slug(heading: string): string {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/ /g, "-");
}

/** What stands in a page that is not there, for whoever has no scripts. */
function notFound(base: string): string {
  const ways = `<a href="${base}">回到首页</a> · <a href="${base}en/" lang="en">Home</a>`;
  return `<h1>没有这个页面 · No such page</h1><p>地址可能写错了，或页面已改名。The address may be wrong, or the page has another name now.</p><p>${ways}</p>`;
}

/** The beginning of what a page says, for its description: it has none of its own. */
function beginning(source: string): string {
  const text = source.replace(/^---\n[^]*?\n---\n/, "").replace(/^:::[^]*?^:::$/gm, "").replace(/^```[^]*?^```$/gm, "").replace(/^#.*$/gm, "");
  const first = text.split(/\n{2,}/).map((part) => part.trim()).find((part) => /^(?!\d+\. )(\*\*)?[\p{L}\p{N}`"“]/u.test(part)) ?? "";
  const plain = first.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*\\]/g, "").replace(/<\/?[a-z]+( [^>]*)?>/g, "").replace(/(?<=[^\x00-\xff])\n(?=[^\x00-\xff])/g, "").replace(/\s+/g, " ");
  return plain.length <= 160 ? plain : `${plain.slice(0, 159)}…`;
}

/** Of what was typed and shown in a shell, the button copies what was typed: it takes away prompts in shells' code, and what is marked so. */
function copiedAsTyped(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, at, ...given) => {
    const html = fence!(tokens, at, ...given);
    const { content, info } = tokens[at]!;
    if (!info.startsWith("console") || !/^\$ /m.test(content)) return html;
    const lines = content.split("\n");
    let number = -1;
    const marked = html.replace(/<span class="line">/g, (line) => {
      number += 1;
      const isTyped = lines[number]?.startsWith("$ ") || lines[number - 1]?.endsWith("\\");
      return isTyped ? line : '<span class="line vp-copy-ignore">';
    });
    return marked.replace('class="language-console', 'class="language-sh');
  };
}

/** What VitePress says to readers of all pages in English. */
function inTheirLanguage(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (...given) => {
    const html = fence!(...given);
    return given[3].localeIndex === "en" ? html : html.replace('title="Copy Code"', 'title="复制代码"');
  };
  md.core.ruler.push("names-of-anchors", ({ tokens, env }) => {
    if (env.localeIndex === "en") return;
    for (const { attrs } of tokens.flatMap(({ children }) => children ?? [])) {
      const name = attrs?.find(([attribute]) => attribute === "aria-label");
      if (name !== undefined) name[1] = name[1].replace(/^Permalink to (.*)$/, "到这里的链接：$1");
    }
  });
}

/** Cells of a table's head that say nothing are no headers: screen readers would name them for every cell below. */
function emptyHeaders(state: Parameters<Parameters<MarkdownRenderer["core"]["ruler"]["push"]>[1]>[0]): void {
  state.tokens.forEach((token, at) => {
    if (token.type !== "th_open" || state.tokens[at + 1]?.content !== "") return;
    token.tag = "td";
    const close = state.tokens[at + 2];
    if (close !== undefined) close.tag = "td";
  });
}

/** Chinese has no blanks between words: a line of the source that ends with it is followed by none on the page. */
function chineseLines(state: Parameters<Parameters<MarkdownRenderer["core"]["ruler"]["push"]>[1]>[0]): void {
  const letter = /[\p{sc=Han}\u3000-\u303f\uff00-\uffef“”‘’…—]/u;
  const mark = /[\u3000-\u303f\uff00-\uffef]/u;
  for (const { children } of state.tokens) {
    children?.forEach((token, at) => {
      if (token.type !== "softbreak") return;
      const texts = (tokens: typeof children) => tokens.map(({ content }) => content).join("");
      const before = texts(children.slice(0, at)).at(-1) ?? "";
      const after = texts(children.slice(at + 1))[0] ?? "";
      if (mark.test(before) || mark.test(after) || (letter.test(before) && letter.test(after))) {
        token.type = "text";
        token.content = "";
      }
    });
  }
}

/** What the search knows of a page. Generated pages say it themselves: their tables would drown what they are about. */
function indexed(source: string, env: MarkdownEnv, md: MarkdownRenderer): string {
  const front = source.match(/^---\n([^]*?)\n---\n/)?.[1] ?? "";
  const given = (name: string): string | undefined => front.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1];
  const heading = given("heading");
  const keywords = given("keywords");
  if (heading !== undefined && keywords !== undefined) {
    const anchor = `<a class="header-anchor" href="#">&#8203;</a>`;
    return `<h1>${escaped(JSON.parse(heading))}${anchor}</h1><p>${escaped(JSON.parse(keywords).join(" · "))}</p>`;
  }
  if (given("index") === "none") return "";
  const html = md.render(source, env);
  // Of a page that lists operations, only where they stand: each has a page of its own.
  return given("index") === "headings" ? html.replace(/<table[^]*?<\/table>/g, "") : html;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

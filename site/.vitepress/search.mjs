// How the search takes texts apart. VitePress writes the source of these functions into the page: they can use nothing around them.

/**
 * The words of a text. Names are taken apart at dots, slashes, underscores and capitals, so that `room.create`, `RoomCreate` and `createRoom`
 * find the same. In the index they stand from each of their words to the end as well, and a path that is looked for in one piece: `video/getPlayer`
 * is the beginning of one of these. Chinese has no spaces: for the index each character is a word, and each pair; of what is looked for,
 * which stands in no field, the pairs within its words: 删除参加码 finds 删除学生参加码, which has no 除参.
 *
 * @param {string} text
 * @param {string} [field]
 * @returns {string[]}
 */
export function tokens(text, field) {
  const found = [];
  // Of an address that somebody copied, the path is what is known.
  const plain = text.normalize("NFKC").replace(/https?:\/\/[^\s/]+/g, "");
  for (const run of plain.match(/\p{Script=Han}+|[^\p{Script=Han}\s]+/gu) ?? []) {
    if (/^\p{Script=Han}/u.test(run)) {
      const isAsked = field === undefined && typeof Intl.Segmenter === "function";
      const words = isAsked ? Array.from(new Intl.Segmenter("zh", { granularity: "word" }).segment(run), ({ segment }) => segment) : [run];
      for (const word of words) {
        const characters = [...word];
        if (field !== undefined || characters.length === 1) found.push(...characters);
        for (let at = 0; at + 1 < characters.length; at += 1) found.push(`${characters[at]}${characters[at + 1]}`);
      }
      continue;
    }
    for (const name of run.match(/[\p{L}\p{N}_./-]+/gu) ?? []) {
      const words = name
        .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .filter((word) => word !== "");
      found.push(...words);
      if (words.length === 1) continue;
      if (field !== undefined) for (let at = 0; at + 1 < words.length; at += 1) found.push(words.slice(at).join(""));
      else if (name.includes("/")) found.push(words.join(""));
    }
  }
  return found;
}

/**
 * Slips are forgiven in words of some length; in Chinese, and in numbers, another letter is another thing.
 *
 * @param {string} term
 * @returns {number | boolean}
 */
export function fuzzy(term) {
  // Two letters that changed places are two slips.
  return /^[a-z]{5,}$/.test(term) ? Math.min(2, term.length - 4) : false;
}

/**
 * A path as a whole says more than its parts: `/openapi/room/list` is asked for, and not all that begins so.
 *
 * @param {string} term
 * @param {number} at
 * @param {string[]} terms
 * @returns {number}
 */
export function whole(term, at, terms) {
  return at > 0 && term === terms.slice(0, at).join("") ? 20 : 1;
}

/**
 * A word of an operation's own name says more than one of its description, and the more, the fewer words the name has: `room.create` is
 * looked for, and not all whose names begin so.
 *
 * @param {string} page
 * @param {string} term
 * @returns {number}
 */
export function named(page, term) {
  const [, resource, method] = page.match(/\/reference\/([a-z_]+)\/([a-z_]*)/) ?? [];
  if (resource === undefined) return 1;
  const words = `${resource}_${method}`.split("_").filter((word) => word !== "");
  return words.includes(term) ? (method === "" ? 9 / words.length : 3 + 10 / words.length) : 1;
}

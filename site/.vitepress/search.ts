// How the search takes texts apart. VitePress writes the source of these functions into the page: they can use nothing around them.

/**
 * The words of a text, in the index and in what is looked for. Names are taken apart at dots, slashes, underscores and capitals, and kept
 * whole as well, so that `room.create`, `/openapi/room/create` and `RoomCreate` find the same. Chinese has no spaces: it goes in pairs of
 * characters.
 */
export function tokens(text: string): string[] {
  const found: string[] = [];
  for (const run of text.match(/[\p{Script=Han}]+|[\p{L}\p{N}_./-]+/gu) ?? []) {
    if (/^\p{Script=Han}/u.test(run)) {
      const characters = [...run];
      if (characters.length === 1) found.push(run);
      for (let at = 0; at + 1 < characters.length; at += 1) found.push(`${characters[at]}${characters[at + 1]}`);
      continue;
    }
    // A run may go on with Chinese letters where no space stands between.
    for (const name of run.match(/[^\p{Script=Han}]+/gu) ?? []) {
      const words = name
        .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .filter((word) => word !== "");
      found.push(...words);
      if (words.length > 1) found.push(words.join(""));
    }
  }
  return found;
}

/** Slips are forgiven in words of some length; in Chinese, and in numbers, another letter is another thing. */
export function fuzzy(term: string): number | boolean {
  return /^[a-z]{5,}$/.test(term) ? 0.2 : false;
}

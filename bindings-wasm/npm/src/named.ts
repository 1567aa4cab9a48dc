/** What a value is, in words and without the value: that may hold anything. */
export function named(value: unknown): string {
  if (value === null || value === undefined || value !== value || value === Infinity || value === -Infinity) {
    return String(value);
  }
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  if (typeof value !== "object") return `a ${typeof value}`;
  const type = tagOf(value);
  if (type === "Array" || type === "Object") return type === "Array" ? "an array" : "an object";
  return `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
}

/** What kind of object it is, in whatever realm it was made: `Date`, `Map`, `Object`. */
export function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice("[object ".length, -1);
  } catch {
    // A proxy may throw at whatever is asked of it.
    return "object that cannot be read";
  }
}

/** What was thrown, in words: it may be anything, and throw when it is read. */
export function wordsOf(thrown: unknown): string {
  try {
    const { message, name } = (thrown ?? {}) as Partial<Error>;
    if (typeof message === "string" && message) return message;
    if (typeof thrown === "object" && thrown !== null) return typeof name === "string" ? name : "";
    return String(thrown);
  } catch {
    return "what was thrown cannot be read";
  }
}

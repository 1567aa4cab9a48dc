/** What a value is, in words and without the value: that may hold anything. */
export function named(value: unknown): string {
  if (value === null || value === undefined || value !== value || value === Infinity || value === -Infinity) {
    return String(value);
  }
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  const type = tagOf(value);
  return type === "Object" ? "an object" : `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
}

/** What kind of object it is, in whatever realm it was made: `Date`, `Map`, `Object`. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

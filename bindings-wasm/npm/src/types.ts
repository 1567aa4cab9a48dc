// Types that the generated code uses.
import type { FileSource } from "./files.js";

export type { Id, IdInput } from "./ids.js";

/**
 * A point in time, whatever the service wants there: a `Date`, unix seconds, or a text: `2026-11-28`, `2026-11-28 08:00`,
 * `2026-11-28 08:00:00` (Beijing, UTC+8), or ISO 8601 with an offset, as `toISOString()` gives it.
 */
export type TimeInput = number | string | Date;

/** A file to send: a `File`, or what {@link file} and {@link fromPath} make of bytes, streams and paths. */
export type FileInput = File | FileSource;

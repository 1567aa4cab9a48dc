import type { FileSource } from "./files.js";

export type { Id, IdInput } from "./ids.js";

/** A point in time: unix seconds, the text that the document describes, or a `Date`. */
export type TimeInput = number | string | Date;

/** A file to send: a `File`, or what {@link file} and {@link fromPath} make of bytes, streams and paths. */
export type FileInput = File | FileSource;

import type { FileSource } from "./files.js";

/** An id as the service answers with it: text, since ids have up to 64 bits, more than a JavaScript number holds. */
export type Id = string;

/** An id as you have it. A number beyond `Number.MAX_SAFE_INTEGER` is refused: its last digits are lost already. */
export type IdInput = string | number | bigint;

/** A point in time: unix seconds, the text that the document describes, or a `Date`. */
export type TimeInput = number | string | Date;

/** A file to send: a `File`, or what {@link file} and {@link fromPath} make of bytes, streams and paths. */
export type FileInput = File | FileSource;

/** How a call went. */
export interface Trace {
  /** How often the request was sent. */
  attempts: number;
  /** Milliseconds waited in all: for the service's limits, and before attempts that followed failures. */
  waited: number;
  /** The shared store was down: only this process's own limits were kept. */
  storeDown: boolean;
  /** The account's retry budget was used up, so the call was not tried again. */
  budgetExhausted: boolean;
}

/** A value that is not what the documents describe. It is taken out of the data, so that their types hold. */
export interface Departure {
  /** Where it stood in the data, for example `list[3].user_number`. */
  path: string;
  /** What the documents describe. */
  expected: string;
  /** What came, as JSON. */
  found: string;
}

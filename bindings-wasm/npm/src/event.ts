// The type of a callback; the generated ones are made of it.
import type { Id } from "./ids.js";
import type { Departure } from "./trace.js";

/** What the service posted. */
export interface CallbackEvent<Name extends string | null, Data> {
  /** Which callback it is; `null` if no document describes it. */
  name: Name;
  /** Its unique id; a repetition has the same. */
  qid: Id;
  /** When the service signed it, unix seconds. */
  timestamp: number;
  /** Its signature. A post with the same one is the same post, whatever its `qid`. */
  signature: string;
  /** For how many seconds a claim of it holds: until its timestamp is refused, and at least 600. */
  hold: number;
  /** Which key signed it: 0 is partnerKey, then the callbackKeys in their order. */
  key: number;
  /** Values that are not what the documents describe, and so are not in the data. */
  departures: Departure[];
  /** All that was posted but the signature. */
  data: Data;
}

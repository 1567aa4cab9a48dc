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

/** The same as the engine writes it. */
export interface WireTrace {
  attempts: number;
  waited: number;
  store_down?: boolean;
  budget_exhausted?: boolean;
}

export function traceOf({ attempts, waited, store_down, budget_exhausted }: WireTrace): Trace {
  return { attempts, waited, storeDown: store_down === true, budgetExhausted: budget_exhausted === true };
}

/** A value that is not what the documents describe. It is taken out of the data, so that their types hold. */
export interface Departure {
  /** Where it stood in the data, for example `list[3].user_number`. */
  path: string;
  /** What the documents describe. */
  expected: string;
  /** What came, as JSON; the word `nothing` where a list is missing. */
  found: string;
}

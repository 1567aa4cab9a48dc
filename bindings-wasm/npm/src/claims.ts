// Which callbacks were taken, in this process or among all that share a store.
import { throwIfAborted } from "./aborts.js";
import { MisuseError } from "./errors.js";
import { named } from "./named.js";
import { isSignal } from "./options.js";
import { reading } from "./reading.js";
import type { Store } from "./store.js";
import type { Id } from "./ids.js";
import { abortable, within } from "./waits.js";
import { current, ready } from "./wasm.js";

/** What a callback is claimed by: a {@link Callback}, or these three of one that was stored meanwhile. */
export interface Claimable {
  /** Its unique id; a repetition has the same. */
  qid: Id;
  /** Its signature: it stays when the fields of a post are cut differently to give it another `qid`. */
  signature: string;
  /** For how many seconds the claim holds. */
  hold: number;
}

/** How a callback is claimed. */
export interface ClaimOptions {
  /** Gives the claim up while the store is asked: it rejects with the signal's reason, and nothing stays claimed. */
  signal?: AbortSignal | undefined;
}

/** How long a store is waited for, in milliseconds, as the core does it. */
const STORE_PATIENCE = 500;

/** Most claims that a process remembers, a few megabytes. */
const CAPACITY = 100_000;

/** Which callbacks were taken, in this process and in the store if there is one. */
export class Claims {
  readonly #store: Store | undefined;
  readonly #prefix: string;
  /** By qid, oldest first: the signature, and when the claim ends. */
  readonly #qids = new Map<string, { signature: string; end: number }>();
  /** The qid of each signature. */
  readonly #signatures = new Map<string, string>();

  constructor(store: Store | undefined, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  async claim(callback: Claimable, signal: AbortSignal | undefined): Promise<boolean> {
    if (signal !== undefined && !isSignal(signal)) {
      throw new MisuseError({ kind: "misuse", message: `signal is ${named(signal)}, no AbortSignal` });
    }
    throwIfAborted(signal);
    callback = claimable(callback);
    if (!this.#remember(callback, performance.now() / 1000)) return false;
    // A number that no other claim has, so that nothing of another's is given back.
    const owner = 1 + Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
    const asked = this.#ask(callback, callback.hold, owner);
    try {
      if ((await abortable(asked, signal)) !== 0) return true;
    } catch (error) {
      this.#forget(callback);
      // The store may only take it after this.
      asked.then(
        () => this.#ask(callback, 0, owner),
        () => {},
      );
      throw error;
    }
    // Another process has it, and may give it back.
    this.#forget(callback);
    return false;
  }

  async release(callback: Claimable): Promise<void> {
    callback = claimable(callback);
    this.#forget(callback);
    await this.#ask(callback, 0, 0);
  }

  #remember(callback: Claimable, now: number): boolean {
    for (const [qid, { end }] of this.#qids) {
      if (end > now && this.#qids.size < CAPACITY) break;
      this.#drop(qid);
    }
    for (const qid of this.#known(callback)) {
      if (this.#qids.get(qid)!.end > now) return false;
      this.#drop(qid);
    }
    this.#qids.set(callback.qid, { signature: callback.signature, end: now + callback.hold });
    this.#signatures.set(callback.signature, callback.qid);
    return true;
  }

  #forget(callback: Claimable): void {
    for (const qid of this.#known(callback)) this.#drop(qid);
  }

  /** The claims that share an id with it. */
  #known(callback: Claimable): string[] {
    const qids = new Set([callback.qid, this.#signatures.get(callback.signature)]);
    return [...qids].filter((qid): qid is string => qid !== undefined && this.#qids.has(qid));
  }

  #drop(qid: string): void {
    this.#signatures.delete(this.#qids.get(qid)!.signature);
    this.#qids.delete(qid);
  }

  /** The store's number; `undefined` without a store or while it is down. */
  async #ask(callback: Claimable, seconds: number, owner: number): Promise<number | undefined> {
    if (this.#store === undefined) return undefined;
    await ready();
    // They share a hash tag, so that a cluster keeps them together.
    const key = (name: string, id: string) => `${this.#prefix}:{callbacks}:${name}:${id}`;
    const keys = [key("qid", callback.qid), key("sign", callback.signature)];
    const store = this.#store;
    // A store that is silent, or answers what is no number, is as good as none.
    const ask = async () => store.evaluate(current().glue.claim_script(), keys, [seconds, owner]);
    const answer: unknown = await within<unknown>(STORE_PATIENCE, undefined, { asked: ask().catch(() => undefined) });
    return Number.isInteger(answer) && (answer as number) >= 0 ? (answer as number) : undefined;
  }
}

/** A copy of what it is claimed by. */
function claimable(callback: Claimable): Claimable {
  const { qid, signature, hold } = reading("the callback", () => ({ ...callback }) as Partial<Claimable>);
  if (typeof qid === "string" && typeof signature === "string" && typeof hold === "number" && hold > 0) return { qid, signature, hold };
  throw new MisuseError({
    kind: "misuse",
    message: "only a callback can be claimed",
    hint: "give what `parse` returned: it is claimed by its qid and by its signature, for the seconds of its hold",
  });
}

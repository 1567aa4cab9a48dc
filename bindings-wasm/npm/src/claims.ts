import { claim_script } from "../wasm/baijiayun.js";
import type { Store } from "./store.js";
import { ready } from "./wasm.js";

/** How many seconds a claim holds: the service's last repetition comes after 35 s. */
const HOLD = 600;

/** Most claims that a process remembers, a few megabytes. */
const CAPACITY = 100_000;

/** Which callbacks were taken, in this process and in the store if there is one. */
export class Claims {
  readonly #store: Store | undefined;
  readonly #prefix: string;
  /** When each claim ends, oldest first. */
  readonly #ends = new Map<string, number>();

  constructor(store: Store | undefined, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  async claim(qid: string): Promise<boolean> {
    if (!this.#remember(qid, performance.now() / 1000)) return false;
    if ((await this.#ask(qid, HOLD)) !== 0) return true;
    // Another process has it, and may give it back.
    this.#ends.delete(qid);
    return false;
  }

  async release(qid: string): Promise<void> {
    this.#ends.delete(qid);
    await this.#ask(qid, 0);
  }

  #remember(qid: string, now: number): boolean {
    for (const [oldest, end] of this.#ends) {
      if (end > now && this.#ends.size < CAPACITY) break;
      this.#ends.delete(oldest);
    }
    if (this.#ends.has(qid)) return false;
    this.#ends.set(qid, now + HOLD);
    return true;
  }

  /** The store's number; `undefined` without a store or while it is down. */
  async #ask(qid: string, seconds: number): Promise<number | undefined> {
    if (this.#store === undefined) return undefined;
    await ready();
    try {
      return await this.#store.evaluate(claim_script(), [`${this.#prefix}:qid:${qid}`], [seconds]);
    } catch {
      return undefined;
    }
  }
}

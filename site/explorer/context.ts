// What all tabs have.
import type { Account } from "./account";
import type { Data, Lang, Operation } from "./data";
import type { Say } from "./words";

export interface Context {
  data: Data;
  say: Say;
  account: Account;
  lang: Lang;
  /** Aborted when the page is left. */
  ended: AbortSignal;
}

export interface Tab {
  element: HTMLElement;
  /** The account changed, or the tab is shown. */
  changed(): void;
}

/** What the other tabs take from the call. */
export interface Chosen {
  operation(): Operation;
  /** The request as a curl line; nothing if it cannot be built. */
  curl(): string | undefined;
}

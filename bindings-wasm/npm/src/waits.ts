// Waiting for something, for so long and no longer.
import { onAbort } from "./aborts.js";

/** Longer timers fire at once. */
const LONGEST = 2 ** 31 - 1;

/** A time that a timer can run: of one that is over, Node warns. */
export function timerOf(time: number): number {
  return Math.max(0, Math.min(time, LONGEST));
}

/** What a wait ends by, besides time. */
interface Ends<T> {
  /** What is waited for. */
  asked?: Promise<T> | undefined;
  /** Gives it up. */
  signal?: AbortSignal | undefined;
}

/** What was asked for, or `late` after so many milliseconds; whatever else ends the wait. Nothing of it stays behind. */
export function within<T>(time: number, late: T, { asked, signal }: Ends<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const over =
      <A>(then: (value: A) => void) =>
      (value: A) => {
        clearTimeout(timer);
        unwatch?.();
        then(value);
      };
    const end = over(resolve);
    const fail = over(reject);
    const unwatch = signal && onAbort(signal, () => fail(signal.reason));
    const timer = setTimeout(() => end(late), timerOf(time));
    asked?.then(end, fail);
  });
}

/** The promise, or the signal's reason if that comes first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const unwatch = signal.aborted ? () => {} : onAbort(signal, () => reject(signal.reason as Error));
    if (signal.aborted) reject(signal.reason as Error);
    // Also when nobody waits for it any more: what it fails with would end the process.
    promise.then(resolve, reject).finally(unwatch);
  });
}

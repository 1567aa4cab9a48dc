/** Longer timers fire at once. */
export const LONGEST = 2 ** 31 - 1;

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
    const over =
      <A>(then: (value: A) => void) =>
      (value: A) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        then(value);
      };
    const end = over(resolve);
    const fail = over(reject);
    const aborted = () => fail(signal!.reason);
    const timer = setTimeout(() => end(late), Math.min(time, LONGEST));
    signal?.addEventListener("abort", aborted);
    asked?.then(end, fail);
  });
}

/** The promise, or the signal's reason if that comes first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason as Error);
    signal.addEventListener("abort", aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

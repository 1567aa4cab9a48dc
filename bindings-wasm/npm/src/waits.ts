/** Longer timers fire at once. */
const LONGEST = 2 ** 31 - 1;

/** What a wait ends by, besides time. */
interface Ends<T> {
  /** What is waited for. */
  asked?: Promise<T> | undefined;
  /** Gives it up. */
  signal?: AbortSignal | undefined;
  /** Gets a function that ends it with a value. */
  stops?: Set<(value: T) => void> | undefined;
}

/** What was asked for, or `late` after so many milliseconds; whatever else ends the wait. Nothing of it stays behind. */
export function within<T>(time: number, late: T, { asked, signal, stops }: Ends<T> = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      stops?.delete(end);
    };
    const end = (value: T) => {
      over();
      resolve(value);
    };
    const fail = (reason: unknown) => {
      over();
      reject(reason as Error);
    };
    const aborted = () => fail(signal!.reason);
    const timer = setTimeout(() => end(late), Math.min(time, LONGEST));
    signal?.addEventListener("abort", aborted, { once: true });
    stops?.add(end);
    asked?.then(end, fail);
  });
}

/** Time passes, unless the caller gives up. */
export function sleep(time: number, signal: AbortSignal | undefined): Promise<void> {
  return within<void>(time, undefined, { signal });
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

/** What is done when a signal is aborted; it is also the listener. */
type Acts = Set<() => void> & EventListenerObject;

const watched = new WeakMap<AbortSignal, Acts>();

/**
 * Does something when a signal is aborted, unless what is returned is called before. A signal has one listener for all
 * that wait for it, however many: Node takes more than ten for a leak, and says so.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = watched.get(signal) ?? watch(signal);
  acts.add(act);
  return () => {
    if (!acts.delete(act) || acts.size > 0) return;
    signal.removeEventListener("abort", acts);
    watched.delete(signal);
  };
}

function watch(signal: AbortSignal): Acts {
  const acts: Acts = Object.assign(new Set<() => void>(), {
    handleEvent() {
      for (const act of [...acts]) act();
    },
  });
  watched.set(signal, acts);
  signal.addEventListener("abort", acts);
  return acts;
}

/** Throws what the signal has as its reason, if it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

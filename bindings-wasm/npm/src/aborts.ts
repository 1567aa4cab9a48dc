interface Watch {
  acts: Set<() => void>;
  listener: () => void;
}

const watched = new WeakMap<AbortSignal, Watch>();

/**
 * Does something when a signal is aborted, unless what is returned is called before. A signal has one listener for all
 * that wait for it, however many: Node takes more than ten for a leak, and says so.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const watch = watched.get(signal) ?? begin(signal);
  const { acts, listener } = watch;
  acts.add(act);
  return () => {
    if (!acts.delete(act) || acts.size > 0) return;
    signal.removeEventListener("abort", listener);
    watched.delete(signal);
  };
}

function begin(signal: AbortSignal): Watch {
  const acts = new Set<() => void>();
  const listener = () => {
    watched.delete(signal);
    for (const act of [...acts]) act();
  };
  const watch = { acts, listener };
  watched.set(signal, watch);
  signal.addEventListener("abort", listener, { once: true });
  return watch;
}

/** Throws what the signal has as its reason, if it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

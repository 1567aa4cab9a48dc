/**
 * Does something when a signal is aborted, unless what is returned is called before. A signal has one listener for all
 * that wait for it, however many: Node takes more than ten for a leak, and says so.
 */
export declare function onAbort(signal: AbortSignal, act: () => void): () => void;
/** Throws what the signal has as its reason, if it is aborted. */
export declare function throwIfAborted(signal: AbortSignal | undefined): void;

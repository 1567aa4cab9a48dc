/** A time that a timer can run: of one that is over, Node warns. */
export declare function timerOf(time: number): number;
/** What a wait ends by, besides time. */
interface Ends<T> {
    /** What is waited for. */
    asked?: Promise<T> | undefined;
    /** Gives it up. */
    signal?: AbortSignal | undefined;
}
/** What was asked for, or `late` after so many milliseconds; whatever else ends the wait. Nothing of it stays behind. */
export declare function within<T>(time: number, late: T, { asked, signal }: Ends<T>): Promise<T>;
/** The promise, or the signal's reason if that comes first. */
export declare function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T>;
export {};

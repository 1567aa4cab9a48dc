/** What a value is, in words and without the value: that may hold anything. */
export declare function named(value: unknown): string;
/** What kind of object it is, in whatever realm it was made: `Date`, `Map`, `Object`. */
export declare function tagOf(value: object): string;
/** What was thrown, in words: it may be anything, and throw when it is read. */
export declare function wordsOf(thrown: unknown): string;

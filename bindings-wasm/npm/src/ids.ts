/** An id as the service answers with it: text, since ids have up to 64 bits, more than a JavaScript number holds. */
export type Id = string;

/** An id as you have it. A number beyond `Number.MAX_SAFE_INTEGER` is refused: its last digits are lost already. */
export type IdInput = string | number | bigint;

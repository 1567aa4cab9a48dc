/** An id as the service answers with it: text, since ids have up to 64 bits, more than a JavaScript number holds. */
export type Id = string;

/** An id as you have it. A number beyond `Number.MAX_SAFE_INTEGER` is refused: its last digits are lost already. */
export type IdInput = string | number | bigint;

/** What breaks an upload off is its caller's own: it is thrown as it is, with the video, by which the upload goes on. */
export function withVideo(thrown: unknown, videoId: Id | undefined): unknown {
  const known = Object(thrown) as { videoId?: Id };
  if (known.videoId === videoId) return thrown;
  const isFree = known === thrown && Object.isExtensible(known) && !known.videoId;
  // Several uploads may end by one signal, and what is thrown may be a text.
  const told = isFree ? known : Object.assign(new DOMException("aborted", "AbortError"), { cause: thrown });
  return Object.assign(told, { videoId });
}

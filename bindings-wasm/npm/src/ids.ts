/** An id as the service answers with it: text, since ids have up to 64 bits, more than a JavaScript number holds. */
export type Id = string;

/** An id as you have it. A number beyond `Number.MAX_SAFE_INTEGER` is refused: its last digits are lost already. */
export type IdInput = string | number | bigint;

/** What breaks an upload off is its caller's own: it is thrown as it is, with the video, by which the upload goes on. */
export function withVideo(thrown: unknown, videoId: Id | undefined): unknown {
  if (videoId === undefined) return thrown;
  const isOpen = typeof thrown === "object" && thrown !== null && Object.isExtensible(thrown);
  const known = isOpen ? (thrown as { videoId?: Id }).videoId : undefined;
  if (known === videoId) return thrown;
  if (isOpen && known === undefined) return Object.defineProperty(thrown, "videoId", { value: videoId, configurable: true });
  // Several uploads may end by one signal, and what is thrown may be a text.
  const copy = new DOMException("the upload was given up", "AbortError");
  return Object.defineProperties(copy, { videoId: { value: videoId }, cause: { value: thrown } });
}

import inlined from "../../wasm/inline.js";
import { install } from "../platform.js";

async function unpacked(): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(inlined), (char) => char.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

install({ wasm: unpacked, streams: false }, true);

export * from "../index.js";

import { gunzipSync } from "node:zlib";

const node = require("./node.cjs") as Record<symbol, (wasm: () => Buffer) => void>;
node[Symbol.for("baijiayun.inlined")]!(() => gunzipSync(Buffer.from(require("./packed.cjs") as string, "base64")));

declare const module: { exports: object };
module.exports = node;

import { gunzipSync } from "node:zlib";

import inlined from "../../wasm/inline.js";
import { nodePlatform } from "../node.js";
import { install } from "../platform.js";

install(
  nodePlatform(() => gunzipSync(Buffer.from(inlined, "base64"))),
  true,
);

export * from "../index.js";

import { gunzipSync } from "node:zlib";

import inlined from "../../wasm/inline.js";
import { nodePlatform } from "../node.js";
import { install } from "../platform.js";
import { parse } from "../toml.js";

install(
  nodePlatform(
    () => gunzipSync(Buffer.from(inlined, "base64")),
    () => parse,
  ),
  true,
);

export * from "../index.js";

import { gunzipSync } from "node:zlib";

import { nodePlatform } from "../node.js";
import { install } from "../platform.js";

const toml = () => (require("./toml.cjs") as typeof import("../toml.js")).parse;

install(
  nodePlatform(() => gunzipSync(Buffer.from(require("./packed.cjs") as string, "base64")), toml),
  true,
);

export * from "../index.js";

import { createRequire } from "node:module";

import * as imported from "baijiayun";

const required = createRequire(import.meta.url)("baijiayun");
const names = [...new Set([...Object.keys(imported), ...Object.keys(required)])];
const different = names.filter((name) => imported[name] !== required[name]);
console.log(JSON.stringify({ names, different }));

import * as baijiayun from "./node_modules/baijiayun/dist/web.mjs";
import { exercise } from "./exercise.mjs";

addEventListener("message", ({ data }) => exercise(baijiayun, data).catch(String).then(postMessage));

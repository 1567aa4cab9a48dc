import * as baijiayun from "./node_modules/baijiayun/dist/web.mjs";
import { exercise } from "./exercise.mjs";

addEventListener("message", async ({ data }) => postMessage(await exercise(baijiayun, data)));

import * as baijiayun from "baijiayun/inline";

import { exercise } from "./exercise.mjs";

console.log(JSON.stringify(await exercise(baijiayun, JSON.parse(process.env.ACCOUNT))));

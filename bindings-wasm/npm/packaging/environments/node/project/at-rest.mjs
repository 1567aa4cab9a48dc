import { watched } from "./watch.mjs";

import { Client } from "baijiayun";
import "baijiayun/inline";
import { CALLBACK } from "./exercise.mjs";

const atRest = [...watched];
const client = new Client({ domain: "demo", partnerId: 1, partnerKey: CALLBACK.key });
client.callbacks.parse(CALLBACK.body, CALLBACK.type, { tolerance: null });
console.log(JSON.stringify({ atRest, inUse: watched }));

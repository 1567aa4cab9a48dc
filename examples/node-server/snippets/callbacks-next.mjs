// app/callbacks/route.js
import { Client } from "baijiayun/inline";

import { enqueue } from "./queue.mjs";

let client;

/** Made with the first request: `next build` loads this file without an account. */
function baijiayun() {
  return (client ??= new Client({
    domain: process.env.BAIJIAYUN_DOMAIN ?? "",
    partnerId: process.env.BAIJIAYUN_PARTNER_ID ?? "",
    partnerKey: process.env.BAIJIAYUN_PARTNER_KEY,
  }));
}

export const POST = (request) => baijiayun().callbacks.handle(request, enqueue);

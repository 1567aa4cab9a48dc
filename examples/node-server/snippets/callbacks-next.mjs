// app/callbacks/route.js
import { Client } from "baijiayun/inline";

import { enqueue } from "./queue.mjs";

let client;

/** Made with the first request: `next build` loads this file without an account. */
function baijiayun() {
  return (client ??= new Client());
}

export const POST = (request) => baijiayun().callbacks.handle(request, enqueue);

import { CallbackError } from "baijiayun";
import express from "express";

import { client } from "./client.mjs";
import { enqueue } from "./queue.mjs";

export const app = express();

// The raw body: no express.json() or express.urlencoded() may come before.
app.post("/callbacks", express.raw({ type: () => true, limit: "4mb" }), async (request, response) => {
  response.type("application/json");
  let callback;
  try {
    callback = client.callbacks.parse(request.body, request.headers);
  } catch (error) {
    if (!(error instanceof CallbackError)) throw error;
    response.status(401).send(client.callbacks.failure("not signed by this account"));
    return;
  }
  if (!(await client.callbacks.claim(callback))) {
    response.send(client.callbacks.success); // a repetition
    return;
  }
  try {
    enqueue(callback);
    response.send(client.callbacks.success);
  } catch {
    await client.callbacks.release(callback);
    response.send(client.callbacks.failure("post it again"));
  }
});

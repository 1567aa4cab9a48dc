import { Hono } from "hono";

import { client } from "./client.mjs";
import { enqueue } from "./queue.mjs";

export const app = new Hono();

app.post("/callbacks", (c) => client.callbacks.handle(c.req.raw, enqueue));

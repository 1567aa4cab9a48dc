import { CallbackError } from "baijiayun";
import Fastify from "fastify";

import { client } from "./client.mjs";
import { enqueue } from "./queue.mjs";

export const app = Fastify();

// A plugin of its own: its bodies stay raw, all others are parsed.
app.register(async (callbacks) => {
  const bytes = "application/octet-stream";
  callbacks.addHook("onRequest", async ({ raw }) => {
    // The body itself tells what it is; Fastify would refuse a header that is not quite right.
    raw.headers["content-type"] = bytes;
  });
  callbacks.removeAllContentTypeParsers();
  callbacks.addContentTypeParser(bytes, { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  callbacks.post("/callbacks", async (request, reply) => {
    reply.type("application/json");
    let callback;
    try {
      callback = client.callbacks.parse(/** @type {Buffer} */ (request.body));
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      return reply.code(401).send(client.callbacks.failure("not signed by this account"));
    }
    if (!(await client.callbacks.claim(callback))) return client.callbacks.success; // a repetition
    try {
      enqueue(callback);
    } catch {
      await client.callbacks.release(callback);
      return client.callbacks.failure("post it again");
    }
    return client.callbacks.success;
  });
});

import { CallbackError } from "baijiayun";

/**
 * Takes what BaijiaYun posts. It is a plugin of its own, so that its bodies stay raw while all others are parsed.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ client: import("baijiayun").Client, take: (callback: import("baijiayun").Callback) => void }} options
 */
export async function callbacks(app, { client, take }) {
  // The signature covers the body as it was posted: keep its bytes.
  const bytes = "application/octet-stream";
  app.addHook("onRequest", async ({ raw }) => {
    // The body itself tells what it is; Fastify would refuse a header that is not quite right.
    raw.headers["content-type"] = bytes;
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(bytes, { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.post("/callbacks", async (request, reply) => {
    reply.type("application/json");
    let callback;
    try {
      callback = client.callbacks.parse(/** @type {Buffer} */ (request.body));
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      request.log.warn({ kind: error.kind }, error.message);
      return reply.code(401).send(client.callbacks.failure("not signed by this account"));
    }
    // It posts again what it believes lost: every qid is taken once. (Several processes need a client with a `store`.)
    if (!(await client.callbacks.claim(callback))) return client.callbacks.success;
    try {
      // It wants its answer at once: `take` only puts the callback where the work is done.
      take(callback);
    } catch (error) {
      request.log.error(error);
      await client.callbacks.release(callback);
      return client.callbacks.failure("it could not be taken, post it again");
    }
    return client.callbacks.success;
  });
}

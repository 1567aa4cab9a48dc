const CREATE = {
  body: {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", minLength: 1, maxLength: 200, pattern: "\\S" } },
  },
};

/** Standard and super. */
const DEFINITION = [16, 2];

/**
 * Addresses to which the page uploads videos, by `baijiayun/upload`: the key stays here, and so does the load of the
 * files elsewhere. In your own system these are behind your login, and each video belongs to the user who registered it.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ client: import("baijiayun").Client, useHttps: boolean }} options
 */
export async function videos(app, { client, useHttps }) {
  const use_https = useHttps ? 1 : 0;

  app.post("/videos", { schema: CREATE }, async (request, reply) => {
    const { name } = /** @type {{ name: string }} */ (request.body);
    const address = await client.video.getUploadUrl({ file_name: name, definition: DEFINITION, use_https });
    return reply.code(201).send(address);
  });

  app.post("/videos/:id/resume", async (request) => {
    return client.video.getResumeUploadUrl({ video_id: idOf(request), use_https });
  });

  app.get("/videos/:id/status", async (request) => client.video.getStatus({ video_id: idOf(request) }));
}

/** @param {import("fastify").FastifyRequest} request */
function idOf(request) {
  return /** @type {{ id: string }} */ (request.params).id;
}

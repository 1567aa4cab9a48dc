import { ApiError } from "baijiayun";

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
 * @param {{ client: import("baijiayun").Client }} options
 */
export async function videos(app, { client }) {
  app.post("/videos", { schema: CREATE }, async (request, reply) => {
    const { name } = /** @type {{ name: string }} */ (request.body);
    const address = await client.video.getUploadUrl({ file_name: name, definition: DEFINITION, use_https: 1 });
    return reply.code(201).send(address);
  });

  app.post("/videos/:id/resume", async (request) => {
    const { id: video_id } = /** @type {{ id: string }} */ (request.params);
    try {
      return await client.video.getResumeUploadUrl({ video_id, use_https: 1 });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Perhaps there is no address because the video is whole, and only the last answer was lost.
      return client.video.getStatus({ video_id });
    }
  });
}

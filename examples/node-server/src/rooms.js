import { randomInt } from "node:crypto";

const MINUTE = 60_000;

const NAME = { type: "string", minLength: 1, maxLength: 20, pattern: "\\S" };

const CREATE = {
  body: {
    type: "object",
    required: ["title", "teacher", "start", "minutes"],
    properties: {
      title: { type: "string", minLength: 1, maxLength: 50, pattern: "\\S" },
      teacher: NAME,
      start: { type: "string", format: "date-time" },
      // The service wants more than 15 minutes and less than 24 hours.
      minutes: { type: "integer", minimum: 16, maximum: 24 * 60 - 1 },
    },
  },
};

const ENTER = { body: { type: "object", required: ["name"], properties: { name: NAME } } };

/**
 * Classes, as the page sees them. In your own system these are behind your login: only teachers may create and begin
 * classes, and names and numbers of users come from the session, not from the request.
 *
 * @param {import("fastify").FastifyInstance} app
 * @param {{ client: import("baijiayun").Client }} options
 */
export async function rooms(app, { client }) {
  app.get("/rooms", async () => {
    const { list = [] } = await client.room.list({ limit: 100 });
    // Member by member: the rows also hold the codes by which anybody enters as the teacher.
    return list.map(({ room_id, title, start_time, end_time, new_live_status }) => ({
      id: room_id,
      title,
      start: start_time,
      end: end_time,
      status: new_live_status,
    }));
  });

  app.post("/rooms", { schema: CREATE }, async (request, reply) => {
    const body = /** @type {{ title: string, teacher: string, start: string, minutes: number }} */ (request.body);
    const start = new Date(body.start);
    const room = await client.room.create({
      title: body.title.trim(),
      start_time: start,
      end_time: new Date(start.getTime() + body.minutes * MINUTE),
    });
    const id = /** @type {string} */ (room.room_id);
    return reply.code(201).send({ id, link: link(id, body.teacher, TEACHER) });
  });

  app.post("/rooms/:id/links", { schema: ENTER }, async (request, reply) => {
    const { id } = /** @type {{ id: string }} */ (request.params);
    const { name } = /** @type {{ name: string }} */ (request.body);
    // A link can be made for any number: ask whether there is such a room.
    await client.room.info({ room_id: id });
    return reply.code(201).send({ link: link(id, name, STUDENT) });
  });

  app.post("/rooms/:id/start", async (request, reply) => {
    await client.live.startClass({ room_id: /** @type {{ id: string }} */ (request.params).id });
    return reply.code(204).send();
  });

  app.post("/rooms/:id/stop", async (request, reply) => {
    const { id } = /** @type {{ id: string }} */ (request.params);
    await client.live.stopClass({ room_id: id, is_kick_out_all: false });
    return reply.code(204).send();
  });

  const STUDENT = 0;
  const TEACHER = 1;

  /**
   * A link is signed for one user and does not expire. Here everybody gets a new number; use that of your own user.
   *
   * @param {string} id
   * @param {string} name
   * @param {0 | 1} role
   */
  function link(id, name, role) {
    const number = randomInt(100_000_000, 1_000_000_000);
    return client.links.enterRoom({ room_id: id, user_number: number, user_name: name.trim(), user_role: role });
  }
}

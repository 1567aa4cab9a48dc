// Notes what is used from here on: it has to be imported before the package.
import { watched } from "./watch.mjs";

import { env } from "cloudflare:workers";
import * as baijiayun from "baijiayun";
import { exercise } from "./exercise.mjs";

const atRest = [...watched];
// Made once, outside of any request, as people do.
const client = new baijiayun.Client(env.ACCOUNT);

export default {
  async fetch(request) {
    switch (new URL(request.url).pathname) {
      case "/exercise":
        return Response.json(await exercise(baijiayun, env.ACCOUNT));
      case "/at-rest":
        await client.room.list({ limit: 1 });
        return Response.json({ atRest, inUse: watched });
      case "/create": {
        const [start_time, end_time] = [1, 2].map((hours) => new Date(Date.now() + hours * 3600_000));
        const { room_id } = await client.room.create({ title: "教室", start_time, end_time });
        return Response.json(room_id);
      }
      case "/callback":
        return client.callbacks.handle(request, takeClassEvent, { tolerance: null });
      default:
        return new Response(null, { status: 404 });
    }
  },
};

function takeClassEvent({ name }) {
  if (name !== "class_event") throw new Error(`${name} is not handled`);
}

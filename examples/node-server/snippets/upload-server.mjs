import { ApiError } from "baijiayun";
import { Hono } from "hono";

import { client } from "./client.mjs";

// Behind your login: may this user upload, and is the video theirs?
export const app = new Hono();

app.post("/videos", async (c) => {
  const { name } = await c.req.json();
  return c.json(await client.video.getUploadUrl({ file_name: name, definition: [16, 2], use_https: 1 }));
});

app.post("/videos/:id/resume", async (c) => {
  const video_id = c.req.param("id");
  try {
    return c.json(await client.video.getResumeUploadUrl({ video_id, use_https: 1 }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Perhaps there is no address because the video is whole, and only the last answer was lost.
    return c.json(await client.video.getStatus({ video_id }));
  }
});

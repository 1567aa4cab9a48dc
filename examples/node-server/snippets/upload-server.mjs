import { Hono } from "hono";

import { client } from "./client.mjs";

// Behind your login: may this user upload, and is the video theirs?
export const app = new Hono();

app.post("/videos", async (c) => {
  const { name } = await c.req.json();
  return c.json(await client.video.getUploadUrl({ file_name: name, definition: [16, 2], use_https: 1 }));
});

app.post("/videos/:id/resume", async (c) =>
  c.json(await client.video.getResumeUploadUrl({ video_id: c.req.param("id"), use_https: 1 })),
);

app.get("/videos/:id/status", async (c) => c.json(await client.video.getStatus({ video_id: c.req.param("id") })));

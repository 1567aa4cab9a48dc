import { readFile } from "node:fs/promises";

import { BaijiayunError, InvalidParametersError, RoomDeletedError, RoomNotFoundError, ThrottledError } from "baijiayun";
import Fastify from "fastify";

import { callbacks } from "./callbacks.js";
import { Feed } from "./feed.js";
import { rooms } from "./rooms.js";
import { videos } from "./videos.js";

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const JS = "text/javascript; charset=utf-8";

/** What pages are made of. The last one uploads videos without a key: a page needs no bundler for it. */
const FILES = {
  "/": [HTML, "../public/index.html"],
  "/upload": [HTML, "../public/upload.html"],
  "/style.css": [CSS, "../public/style.css"],
  "/page.js": [JS, "../public/page.js"],
  "/baijiayun/upload.mjs": [JS, import.meta.resolve("baijiayun/upload")],
};

/**
 * The server, which is yet to listen.
 *
 * @param {import("baijiayun").Client} client
 */
export function buildApp(client) {
  // Open pages do not keep it from ending.
  const app = Fastify({ logger: true, forceCloseConnections: true });
  const feed = new Feed();

  for (const [path, [type, file]] of Object.entries(FILES)) {
    app.get(path, async (_request, reply) => reply.type(type).send(await readFile(new URL(file, import.meta.url))));
  }
  app.get("/events", async (_request, reply) =>
    reply.type("text/event-stream").header("cache-control", "no-store").send(feed.open()),
  );
  app.register(rooms, { client });
  app.register(videos, { client });
  app.register(callbacks, { client, take: (callback) => feed.add(shown(callback)) });

  app.setErrorHandler((error, request, reply) => {
    // Fastify's own: a body that does not fit its schema, and the like.
    if (!(error instanceof BaijiayunError)) return reply.send(error);
    request.log.warn({ kind: error.kind, code: error.code, trace: error.trace }, error.message);
    const { status, message } = answerTo(error);
    return reply.code(status).send({ message });
  });
  return app;
}

/** @param {BaijiayunError} error */
function answerTo(error) {
  if (error instanceof RoomNotFoundError || error instanceof RoomDeletedError) {
    return { status: 404, message: "没有这个教室，或者已被删除" };
  }
  if (error instanceof InvalidParametersError) return { status: 400, message: "填写的内容不对" };
  if (error instanceof ThrottledError) return { status: 503, message: "现在请求太多，请稍后再试" };
  return { status: 502, message: "百家云服务暂时不可用" };
}

/**
 * What the page shows of a callback. Each kind has fields of its own; `name` tells which.
 *
 * @param {import("baijiayun").Callback} callback
 */
function shown(callback) {
  const { name, timestamp } = callback;
  if (callback.name !== "class_event") return { name, timestamp };
  const { room_id, op } = callback.data;
  return { name, timestamp, room: room_id, op };
}

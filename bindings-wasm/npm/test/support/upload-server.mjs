// A strict upload host: it takes what running code sends to the real service and nothing else, and breaks on command.
// The packaging tests use it too.
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Listens until the test `t` is over. `videos` are what was registered, with the bytes and the posts of each. The two
 * operations that give addresses are there as methods, and for pages at `/videos?size=` and `/videos/<id>`.
 *
 * `breaks` are what becomes of the posts, one after the other; the rest go well. `{ at: 1000 }` cuts the connection
 * after so many bytes of the body, which are kept if they are a chunk; `{ lose: true }` takes the post and cuts the
 * answer off; `{ status, body, headers }` takes nothing and answers so; `{ hang }` calls this and never answers.
 */
export async function startUploadServer(t, { breaks = [], allowOrigin } = {}) {
  const videos = new Map();
  const preflights = [];
  let tokens = 0;

  const server = createServer((request, response) => {
    if (allowOrigin) response.setHeader("access-control-allow-origin", allowOrigin);
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    if (request.method === "OPTIONS") {
      preflights.push(request.headers["access-control-request-headers"]);
      response.setHeader("access-control-allow-headers", "content-type, content-range");
      return response.writeHead(allowOrigin ? 204 : 403).end();
    }
    if (pathname === "/upload") return take(request, response, searchParams);
    const [, , id] = pathname.split("/");
    response.end(JSON.stringify(id ? host.getResumeUploadUrl(id) : host.getUploadUrl(Number(searchParams.get("size")))));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${server.address().port}`;

  const host = {
    origin,
    videos,
    preflights,
    breaks,
    getUploadUrl(size) {
      const id = String(1000 + videos.size);
      videos.set(id, { size, bytes: Buffer.alloc(0), posts: [], begun: false });
      return addressOf(id);
    },
    getResumeUploadUrl(id) {
      return { ...addressOf(id), upload_size: videos.get(id).bytes.length };
    },
  };
  return host;

  function addressOf(id) {
    const token = (videos.get(id).token = `token${++tokens}`);
    return { video_id: id, upload_url: `${origin}/upload?fid=${id}&st=jd&token=${token}` };
  }

  async function take(request, response, searchParams) {
    const { headers, socket } = request;
    const video = videos.get(searchParams.get("fid"));
    const { at = Infinity, lose, hang, status, body: answer, headers: more } = breaks.shift() ?? {};
    video?.posts.push({ type: headers["content-type"], range: headers["content-range"] });
    if (hang) return hang();
    const body = await read(request, at);
    if (status) return response.writeHead(status, more).end(answer);
    const isKnown = video && searchParams.get("token") === video.token;
    const why = isKnown ? await store(video, headers, body, body.length >= at) : "上传地址无效";
    if (body.length >= at || lose) return socket.destroy();
    response.end(JSON.stringify(why ? { code: 4001, msg: why } : { code: 1, fid: searchParams.get("fid"), msg: "success" }));
  }
}

/** The body, or as much of it as comes before the break or the end of the connection. */
async function read(request, at) {
  const chunks = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      chunks.push(chunk.subarray(0, at - length));
      length += chunks.at(-1).length;
      if (length >= at) break;
    }
  } catch {
    // It was cut off by the other side.
  }
  return Buffer.concat(chunks);
}

/** Stores what was posted; or says why it does not. */
async function store(video, headers, body, isBroken) {
  const type = headers["content-type"];
  const range = headers["content-range"];
  if (range === undefined) {
    if (video.begun) return "a form onto an upload that has begun";
    video.begun = true;
    if (isBroken) return undefined;
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    if ([...form.keys()].join() !== "data") return `parts ${[...form.keys()]}`;
    body = Buffer.from(await form.get("data").arrayBuffer());
    if (body.length !== video.size) return "size";
  } else {
    if (type !== "application/octet-stream") return `content-type ${type}`;
    const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range)?.map(Number) ?? [];
    if (size !== video.size || last > size) return `${range}, but the size is ${video.size}`;
    if (first !== video.bytes.length + 1) return `${range}, but there are ${video.bytes.length}`;
    const length = last - first + 1;
    if (length !== Number(headers["content-length"])) return `${range}, but the length is ${headers["content-length"]}`;
    if (length !== body.length && !isBroken) return `${range}, but ${body.length} came`;
    video.begun = true;
  }
  video.bytes = Buffer.concat([video.bytes, body]);
  return undefined;
}

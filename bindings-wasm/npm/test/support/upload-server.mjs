// A strict upload host: it takes what running code sends to the real service and nothing else, and breaks on command.
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Listens until the test `t` is over. `videos` are what was registered, with the bytes and the posts of each.
 *
 * `breaks` are what becomes of the posts, one after the other; the rest go well. `{ at: 1000 }` cuts the connection
 * after so many bytes of the file, which are kept; `{ lose: true }` takes the post and cuts the answer off;
 * `{ status, body }` takes nothing and answers so; `{ hang: true }` never answers.
 */
export async function startUploadServer(t, { breaks = [], allowOrigin, tooLarge = Infinity } = {}) {
  const videos = new Map();
  const preflights = [];
  const server = createServer(async (request, response) => {
    if (allowOrigin) response.setHeader("access-control-allow-origin", allowOrigin);
    if (request.method === "OPTIONS") {
      preflights.push(request.headers["access-control-request-headers"]);
      response.setHeader("access-control-allow-headers", "content-type, content-range");
      response.writeHead(allowOrigin ? 204 : 403).end();
      return;
    }
    const { searchParams } = new URL(request.url, "http://localhost");
    const video = videos.get(searchParams.get("fid"));
    const { headers, socket } = request;
    const { at = Infinity, lose, hang, status, body: answer } = breaks.shift() ?? {};
    const post = { type: headers["content-type"], range: headers["content-range"], length: 0 };
    video?.posts.push(post);
    if (hang) return;
    const chunks = [];
    try {
      for await (const chunk of request) {
        chunks.push(chunk.subarray(0, at - post.length));
        post.length += chunks.at(-1).length;
        if (post.length >= at) break;
      }
    } catch {
      return;
    }
    const say = (code, msg) => response.end(JSON.stringify({ code, msg, fid: searchParams.get("fid") }));
    if (status) return response.writeHead(status).end(answer);
    if (!video || searchParams.get("token") !== video.token) return say(4001, "上传地址无效");
    const body = Buffer.concat(chunks);
    const why = post.range === undefined ? await takeForm(video, post, body, at) : takeChunk(video, post, body, headers, at);
    if (post.length >= at || lose) return socket.destroy();
    if (why) return say(4001, why);
    say(1, "success");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t?.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${server.address().port}`;

  let tokens = 0;
  const address = (id, video) => {
    video.token = `token${++tokens}`;
    return { video_id: id, upload_url: `${origin}/upload?fid=${id}&st=jd&token=${video.token}` };
  };
  return {
    videos,
    preflights,
    breaks,
    /** What the two operations of the service answer. */
    getUploadUrl(size) {
      const id = String(1000 + videos.size);
      const video = { size, bytes: Buffer.alloc(0), posts: [], begun: false };
      videos.set(id, video);
      return address(id, video);
    },
    getResumeUploadUrl(id) {
      const video = videos.get(id);
      return { ...address(id, video), upload_size: video.bytes.length };
    },
  };

  function takeChunk(video, { type, range, length }, body, headers, at) {
    if (type !== "application/octet-stream") return `content-type ${type}`;
    const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range)?.map(Number) ?? [];
    if (size !== video.size) return `size ${range}`;
    if (first !== video.bytes.length + 1) return `range ${range}, but there are ${video.bytes.length}`;
    if (last > size || last - first + 1 !== Number(headers["content-length"])) return `length ${range}`;
    if (length > tooLarge) return "chunk too large";
    video.begun = true;
    video.bytes = Buffer.concat([video.bytes, body]);
  }

  async function takeForm(video, { type }, body, at) {
    if (video.begun) return "a form onto an upload that has begun";
    video.begun = true;
    if (body.length >= at) return;
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    if ([...form.keys()].join() !== "data") return `parts ${[...form.keys()]}`;
    video.bytes = Buffer.from(await form.get("data").arrayBuffer());
    if (video.bytes.length !== video.size) return "size";
  }
}

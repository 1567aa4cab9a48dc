import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";

import { FileError, InvalidParametersError, TimeoutError, UploadFailedError, file } from "baijiayun";

import { answering, bodyOf, envelope, serve } from "./support/fakes.mjs";

const SIZE = 300_000;
const content = Buffer.alloc(SIZE, "baijiayun");
const video = (name = "第一课.mp4") => file(content, { name });
const broken = () => {
  throw Object.assign(new TypeError("fetch failed"), { cause: new Error("other side closed") });
};
const address = envelope({ video_id: 184548, upload_url: "https://upload.example/upload?token=t" });
const arrived = { status: 200, body: '{"code":1,"fid":184548,"msg":""}' };
const rest = (size) => envelope({ upload_url: "https://upload.example/rest?token=t", upload_size: size });

/** The waits between attempts are the engine's, and tested there: here they pass at once. */
function hurry(t) {
  const { setTimeout } = globalThis;
  t.mock.method(Math, "random", () => 0);
  t.mock.method(globalThis, "setTimeout", (call, time, ...rest) => setTimeout(call, time < 29_000 ? 0 : time, ...rest));
}

/** Takes the first `bytes` of the file, and then whatever `then` says. */
function taking(bytes, then = () => arrived) {
  return async (request) => {
    const reader = request.body.getReader();
    let got = 0;
    for (let read = await reader.read(); !read.done && got < bytes; read = await reader.read())
      got += read.value.length;
    await reader.cancel();
    return then(request);
  };
}

async function sentFile(request) {
  const { headers, body } = request;
  const form = await new Response(body, { headers: { "content-type": headers["content-type"] } }).formData();
  return form.get("data");
}

test("a video in one go", async () => {
  let sent;
  const { client, requests } = answering([address, async (request) => ((sent = await sentFile(request)), arrived)]);
  const progress = [];
  const params = { definition: [16, 2], callback_url: "https://example.com/transcoded" };
  const uploaded = await client.video.upload(video(), params, { onProgress: (...args) => progress.push(args) });
  assert.deepEqual(uploaded, { video_id: "184548", status: null, resumes: 0 });
  const asked = new URLSearchParams(requests[0].body);
  assert.deepEqual([asked.get("file_name"), asked.get("definition")], ["第一课.mp4", "16,2"]);
  assert.equal(requests[1].url, "https://upload.example/upload?token=t");
  assert.ok(Buffer.from(await sent.arrayBuffer()).equals(content));
  assert.deepEqual(progress.at(-1), [SIZE, SIZE]);
});

test("it may have another name than its file", async () => {
  const { client, requests } = answering([address, arrived]);
  await client.video.upload(video(), { definition: 16, file_name: "a.mp4" });
  assert.equal(new URLSearchParams(requests[0].body).get("file_name"), "a.mp4");
});

test("a broken connection is gone on with where it broke", async (t) => {
  hurry(t);
  const { client, requests } = answering([
    address,
    taking(100_000, broken),
    rest(100_000),
    taking(50_000, broken),
    rest(150_000),
    async (request) => {
      assert.ok(Buffer.from(await (await sentFile(request)).arrayBuffer()).equals(content.subarray(150_000)));
      return arrived;
    },
  ]);
  const chunks = (offset) => Readable.from(chunked(content.subarray(offset)));
  const progress = [];
  const source = file(chunks, { name: "a.mp4", size: SIZE });
  const options = { onProgress: (sent, size) => progress.push([sent, size]) };
  const uploaded = await client.video.upload(source, { definition: 16 }, options);
  assert.equal(uploaded.resumes, 2);
  assert.equal(requests.length, 6);
  const positions = progress.map(([sent]) => sent);
  assert.deepEqual(
    positions,
    [...new Set(positions)].sort((a, b) => a - b),
    "it only grows",
  );
  assert.ok(progress.length > 10 && progress.every(([, size]) => size === SIZE));
  assert.equal(positions.at(-1), SIZE);
});

function* chunked(bytes) {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

test("an upload that fails names its video, and goes on later", async (t) => {
  hurry(t);
  const { client } = answering([address, broken, rest(0), broken]);
  const error = await client.video
    .upload(video(), { definition: 16 }, { resumes: 0 })
    .then(assert.fail, (error) => error);
  assert.equal(error.name, "TransportError");
  assert.equal(error.videoId, "184548");
  assert.match(error.hint, /go on later/);
  const later = answering([rest(200_000), arrived]);
  const uploaded = await later.client.video.resumeUpload(error.videoId, video());
  assert.deepEqual(uploaded, { video_id: "184548", status: null, resumes: 1 });
  assert.equal(new URLSearchParams(later.requests[0].body).get("video_id"), "184548");
});

test("its transcoding is waited for", async (t) => {
  hurry(t);
  const status = (status) => envelope({ status });
  const options = { waitForTranscoding: 600_000 };
  const { client } = answering([address, arrived, status(20), status(20), status(100)]);
  assert.equal((await client.video.upload(video(), { definition: 16 }, options)).status, 100);
  const failing = answering([address, arrived, status(30)]);
  const error = await failing.client.video
    .upload(video(), { definition: 16 }, options)
    .then(assert.fail, (error) => error);
  assert.ok(error instanceof UploadFailedError);
  assert.equal(error.videoId, "184548");
});

test("a connection on which nothing moves is broken", async (t) => {
  hurry(t);
  const stuck = taking(20_000, () => new Promise(() => {}));
  const stream = (offset) => Readable.from(chunked(content.subarray(offset)));
  const { client } = answering([address, stuck]);
  const source = file(stream, { name: "a.mp4", size: SIZE });
  const options = { resumes: 0, stallTimeout: 5 };
  const error = await client.video.upload(source, { definition: 16 }, options).then(assert.fail, (error) => error);
  assert.ok(error instanceof TimeoutError, String(error));
  assert.match(error.reason, /nothing moved for 5 ms/);
});

test("an upload is aborted", async () => {
  const abort = new AbortController();
  const { client, requests } = answering([address, taking(20_000, () => new Promise(() => abort.abort()))]);
  const uploading = client.video.upload(video(), { definition: 16 }, { signal: abort.signal });
  await assert.rejects(uploading, { name: "AbortError" });
  assert.ok(requests[1].signal.aborted);
});

test("what cannot be uploaded", async (t) => {
  hurry(t);
  const { client, requests } = answering([address]);
  for (const wrong of [new Uint8Array(1), "a.mp4", undefined, {}]) {
    await assert.rejects(async () => client.video.upload(wrong, { definition: 16 }), InvalidParametersError);
  }
  await assert.rejects(client.video.upload(video(), {}), (error) => error.faults[0].parameter === "definition");
  const unsized = file(Readable.from(["a"]), { name: "a.mp4" });
  await assert.rejects(client.video.upload(unsized, { definition: 16 }), InvalidParametersError);
  assert.equal(requests.length, 0);
  const once = file(Readable.from(chunked(content)), { name: "a.mp4", size: SIZE });
  const failing = answering([address, taking(20_000, broken), rest(20_000), taking(1)]);
  const error = await failing.client.video.upload(once, { definition: 16 }).then(assert.fail, (error) => error);
  assert.ok(error instanceof FileError, String(error));
  assert.match(error.reason, /read already/);
  assert.equal(error.videoId, "184548");
});

test("a listener that throws is not a broken connection", async (t) => {
  const thrown = [];
  t.mock.method(globalThis, "queueMicrotask", (call) => {
    try {
      call();
    } catch (error) {
      thrown.push(error);
    }
  });
  const { client } = answering([address, async (request) => (await sentFile(request), arrived)]);
  const mine = new Error("mine");
  const failing = () => {
    throw mine;
  };
  const { video_id } = await client.video.upload(video(), { definition: 16 }, { onProgress: failing });
  assert.equal(video_id, "184548");
  assert.deepEqual(thrown, [mine], "it goes where errors of listeners go");
});

test("over the wire, with Node's fetch", async (t) => {
  const url = await serve(t, async (request, response) => {
    if (request.url.startsWith("/upload")) {
      const body = await bodyOf(request);
      assert.equal(request.headers["content-length"], String(body.length));
      assert.ok(body.includes(content));
      return response.end(arrived.body);
    }
    response.end(envelope({ video_id: "1", upload_url: `${url}/upload?token=t` }).body);
  });
  const { client } = answering([], { http: undefined, domain: url });
  const { video_id } = await client.video.upload(video(), { definition: 16 });
  assert.equal(video_id, "1");
});

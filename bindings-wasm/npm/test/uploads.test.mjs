import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";

import { Client, FileError, InvalidParametersError, TimeoutError, UploadFailedError, file, fromPath } from "baijiayun";

import { answering, bodyOf, envelope, serve } from "./support/fakes.mjs";
import { startStrict } from "./support/strict.mjs";

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

async function sentChunk(request) {
  const bytes = Buffer.from(await new Response(request.body).arrayBuffer());
  assert.equal(request.headers["content-type"], "application/octet-stream");
  assert.equal(request.headers["content-length"], String(bytes.length));
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers["content-range"]).map(Number);
  assert.ok(bytes.equals(content.subarray(first - 1, last)) && size === SIZE);
  return `${first}-${last}`;
}

test("a broken connection is gone on with where it broke", async (t) => {
  hurry(t);
  const chunks = [];
  const taken = async (request) => (chunks.push(await sentChunk(request)), arrived);
  const { client, requests } = answering([
    address,
    taken,
    taking(50_000, broken),
    rest(150_000),
    taken,
    taking(10_000, broken),
    rest(250_000),
    taken,
  ]);
  const opened = (offset) => Readable.from(chunked(content.subarray(offset)));
  const progress = [];
  const registered = [];
  const source = file(opened, { name: "a.mp4", size: SIZE });
  const options = {
    chunkSize: 100_000,
    onProgress: (there, size) => progress.push([there, size]),
    onRegistered: (videoId) => registered.push(videoId),
  };
  const uploaded = await client.video.upload(source, { definition: 16 }, options);
  assert.equal(uploaded.resumes, 2);
  assert.equal(requests.length, 8);
  assert.deepEqual(chunks, ["1-100000", "150001-250000", "250001-300000"]);
  assert.deepEqual(
    progress,
    [100_000, 150_000, 250_000, 300_000].map((there) => [there, SIZE]),
    "what the service has",
  );
  assert.deepEqual(registered, ["184548"]);
});

test("a stream that can be read once goes in chunks, as long as none has to go again", async () => {
  const chunks = [];
  const taken = async (request) => (chunks.push(await sentChunk(request)), arrived);
  const { client } = answering([address, taken, taken, taken, taken, taken]);
  const once = file(Readable.from(chunked(content)), { name: "a.mp4", size: SIZE });
  await client.video.upload(once, { definition: 16 }, { chunkSize: 66_000 });
  assert.deepEqual(chunks, ["1-66000", "66001-132000", "132001-198000", "198001-264000", "264001-300000"]);
});

test("https is asked for, and http is refused", async (t) => {
  hurry(t);
  const http = envelope({ video_id: 184548, upload_url: "http://upload.example/upload?token=secret" });
  const { client, requests } = answering([http]);
  const error = await client.video.upload(video(), { definition: 16 }).then(assert.fail, (error) => error);
  assert.ok(error instanceof UploadFailedError, String(error));
  assert.match(error.message, /http, though https was asked for/);
  assert.doesNotMatch(error.message, /secret/);
  assert.equal(new URLSearchParams(requests[0].body).get("use_https"), "1");
  const going = answering([rest(0)]);
  await going.client.video.resumeUpload(184548, video(), { resumes: 0 }).catch(() => {});
  assert.equal(new URLSearchParams(going.requests[0].body).get("use_https"), "1");
  const plain = answering([http, arrived]);
  await plain.client.video.upload(video(), { definition: 16, use_https: 0 });
  const resumed = answering([envelope({ upload_url: "http://upload.example/rest", upload_size: 0 }), arrived]);
  await resumed.client.video.resumeUpload(184548, video(), { useHttps: false });
  assert.equal(new URLSearchParams(resumed.requests[0].body).get("use_https"), "0");
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
  assert.throws(() => file(Readable.from(["a"]).setEncoding("utf8"), { name: "a.mp4", size: 1 }), FileError);
  const empty = file(new Uint8Array(), { name: "a.mp4" });
  await assert.rejects(client.video.upload(empty, { definition: 16 }), FileError);
  await assert.rejects(client.video.upload(video(), { definition: 16 }, { chunkSize: 0 }), InvalidParametersError);
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

test("what a listener throws ends the upload, with its video", async () => {
  const thrown = (what) => {
    throw what;
  };
  for (const [what, listener] of [
    [new Error("mine"), (error) => thrown(error)],
    [new Error("later"), async (error) => thrown(error)],
  ]) {
    for (const name of ["onProgress", "onRegistered"]) {
      const { client } = answering([address, async (request) => (await sentFile(request), arrived)]);
      const options = { [name]: () => listener(what) };
      const error = await client.video.upload(video(), { definition: 16 }, options).then(assert.fail, (error) => error);
      assert.equal(error, what);
      assert.equal(error.videoId, "184548");
    }
  }
});

test("an upload that is aborted says which video it was", async () => {
  const abort = new AbortController();
  const uploads = ["1", "2"].map((id) => {
    const registered = envelope({ video_id: id, upload_url: "https://upload.example/x" });
    const { client } = answering([registered, () => new Promise(() => {})]);
    return client.video.upload(video(), { definition: 16 }, { signal: abort.signal });
  });
  await new Promise(setImmediate);
  abort.abort();
  const errors = await Promise.all(uploads.map((upload) => upload.catch((error) => error)));
  assert.deepEqual(errors.map(({ name, videoId }) => [name, videoId]), [["AbortError", "1"], ["AbortError", "2"]]);
  // Before the registration there is none.
  const { client } = answering([() => new Promise(() => {})]);
  const early = new AbortController();
  const upload = client.video.upload(video(), { definition: 16 }, { signal: early.signal });
  const reason = new Error("enough");
  early.abort(reason);
  const error = await upload.catch((error) => error);
  assert.equal(error, reason);
  assert.ok(!("videoId" in error));
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

test("a strict server has nothing to object to, whatever breaks", async (t) => {
  hurry(t);
  const film = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7 + (index >> 8)) & 255));
  const path = join(mkdtempSync(join(tmpdir(), "baijiayun-")), "第一课.mp4");
  writeFileSync(path, film);
  t.after(() => rmSync(path));
  const all = "ok,accept,head,body,kept,lost,half,503,4001,html,hang";
  for (const [faults, flags, chunkSize, source] of [
    ["", [], 5 << 20, fromPath(path)],
    [all, ["--asks", "ok,drop,503,ok,html"], 400_000, fromPath(path)],
    [all, ["--sizes", "text"], 700_000, file(new Blob([film]), { name: "a.mp4" })],
    ["head,kept", [], 5 << 20, file(film, { name: "a.mp4" })],
    ["lost", [], 5 << 20, fromPath(path)],
  ]) {
    const strict = await startStrict(t, "--faults", faults, "--chunk", String(chunkSize), ...flags);
    const client = new Client(strict.account);
    const progress = [];
    const options = { chunkSize, resumes: 20, stallTimeout: 300, onProgress: (there) => progress.push(there) };
    const uploaded = await client.video.upload(source, { definition: 16 }, options).catch((error) => error);
    const report = await strict.report();
    assert.equal(uploaded.video_id, "7", `${faults}: ${uploaded} ${JSON.stringify(report)}`);
    assert.deepEqual(report.objections, [], faults);
    assert.equal(report.faults_left, 0, JSON.stringify(report));
    assert.equal(report.md5, createHash("md5").update(film).digest("hex"));
    assert.ok(progress.every((there, index) => index === 0 || there > progress[index - 1]) && progress.at(-1) === film.length);
  }
});

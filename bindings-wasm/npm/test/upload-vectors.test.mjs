// `baijiayun/upload` does what every uploader of ours does: the vectors that all languages share, with a fake clock.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";

import { BaijiayunError, uploadVideo } from "baijiayun/upload";

import { vectors } from "./support/fakes.mjs";

/** A file of any size, which has hardly any bytes. `reads` says whether they can be read. */
class Fake extends Blob {
  reads = true;
  #size;

  constructor(size) {
    super(size > 1 << 23 ? ["a"] : [new Uint8Array(size)]);
    this.#size = size;
  }

  get size() {
    return this.#size;
  }

  slice(start, end) {
    const part = super.slice(0, 1);
    const arrayBuffer = () => (this.reads ? Promise.resolve(new ArrayBuffer(1)) : Promise.reject(new Error("gone")));
    return Object.assign(part, { arrayBuffer, offset: start, length: end - start });
  }
}

/** What a post comes to. */
const ANSWERS = {
  taken: () => new Response('{"code":1,"fid":"7","msg":"success"}'),
  upload_failed: () => new Response('{"code":4001,"msg":"文件上传失败"}'),
  http_status: () => new Response("", { status: 502 }),
  throttled: () => new Response('{"code":429}', { status: 429 }),
  not_json: () => new Response("<html>"),
  not_envelope: () => new Response("{}"),
};

/** Runs an upload and stops it at each step: `next` is the step, once `told` is what became of the one before. */
function begin(t, vector, random) {
  const file = new Fake(vector.size);
  let ticks = 0;
  let received = 0;
  let isWait = false;
  let arrive;
  let answer;
  let arrival = new Promise((resolve) => (arrive = resolve));
  const stop = (step) =>
    new Promise((resolve, reject) => {
      answer = (event) => reply(step, event, resolve, reject);
      arrive(step);
    });

  function reply({ step }, { event, kind, data }, resolve, reject) {
    if (event === "elapsed" || event === "address") return resolve(data);
    if (step === "address") return reject(new BaijiayunError({ kind, message: "why" }));
    if (kind === "file") file.reads = false;
    const made = ANSWERS[event === "taken" ? event : kind];
    return made ? resolve(made()) : reject(new TypeError("fetch failed"));
  }

  t.mock.method(performance, "now", () => ticks);
  // It waits a random time.
  t.mock.method(Math, "random", () => ((isWait = true), random));
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (call, time, ...rest) => {
    // What bounds an attempt goes by the clock of the vector, which may leave it a millisecond: the real one must not end it.
    if (!isWait) return setTimeout(call, 2 ** 31 - 1, ...rest);
    isWait = false;
    stop({ step: "wait", time }).then(call);
  });
  t.mock.method(globalThis, "fetch", (url, { body, headers, signal }) => {
    const isForm = body instanceof FormData;
    if (isForm) assert.deepEqual([...body.keys()], ["data"]);
    const part = isForm ? { as: "form", offset: 0, length: body.get("data").size } : { as: "chunk", ...body };
    const range = headers["content-range"];
    assert.equal(headers["content-type"], isForm ? undefined : "application/octet-stream");
    const { as, offset, length } = part;
    const sent = stop({ step: "send", url, as, offset, length, ...(range && { content_range: range }) });
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      sent.then(resolve, reject);
    });
  });

  // Some end before the upload does.
  const abort = new AbortController();
  t.after(() => abort.abort());
  const uploading = uploadVideo(file, {
    signal: abort.signal,
    getUploadUrl: () => stop({ step: "address", video_id: null }),
    getResumeUploadUrl: (video_id) => stop({ step: "address", video_id }),
    onProgress: (bytes) => (received = bytes),
    videoId: vector.video_id,
    chunkSize: vector.chunk_size,
    resumes: vector.resumes,
    deadline: vector.deadline,
    useHttps: vector.use_https,
  });
  uploading.then(
    (done) => arrive({ step: "done", ...done }),
    (error) => arrive({ step: "failed", error }),
  );

  return async (event) => {
    if (event) {
      ticks = event.ticks ?? ticks;
      arrival = new Promise((resolve) => (arrive = resolve));
      answer(event);
    }
    const step = await arrival;
    // What it tells of its progress comes a moment later.
    await setImmediate();
    return step.step === "send" ? { ...step, received } : step;
  };
}

test("uploads are those of the reference", async (t) => {
  const all = vectors("uploads");
  // Where there is no key the status is the server's to ask.
  const ours = all.filter(({ needs }) => needs !== "status");
  assert.ok(ours.length > 50);
  for (const vector of ours) {
    for (const random of [0, 0.5, 1 - 2 ** -53]) {
      await t.test(`${vector.name} (${random})`, async (t) => {
        const next = begin(t, vector, random);
        for (const [event, wanted] of vector.turns) assertStep(await next(event), wanted);
      });
    }
  }
});

function assertStep({ error, time, ...step }, { use_https, status, says, at_least, at_most, ...wanted }) {
  if (wanted.step === "wait") assert.ok(step.step === "wait" && at_least <= time && time <= at_most, String(time));
  else if (wanted.step === "failed") {
    assert.ok(error instanceof BaijiayunError, error?.stack ?? step.step);
    assert.deepEqual([error.kind, error.videoId ?? null], [wanted.kind, wanted.video_id]);
    // Options have names of JavaScript here.
    if (says) assert.ok(error.message.includes(says === "chunk_size" ? "chunkSize" : says), error.message);
  } else assert.deepEqual(step, wanted);
}

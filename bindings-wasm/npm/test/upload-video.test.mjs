// `baijiayun/upload`, against a strict host that breaks on command.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { getEventListeners } from "node:events";
import { openAsBlob, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import * as baijiayun from "baijiayun";
import { BaijiayunError, FileError, uploadVideo } from "baijiayun/upload";

import { startUploadServer } from "./support/upload-server.mjs";

const CHUNK = 1000;
const content = randomBytes(3500);
const file = (bytes = content) => new File([bytes], "第一课.mp4", { type: "video/mp4" });
const RANGES = ["bytes 1-1000/3500", "bytes 1001-2000/3500", "bytes 2001-3000/3500", "bytes 3001-3500/3500"];

/** Waits pass at once; what they were is in `waits`. By the fraction they are told from timers of others. */
function hurry(t, random = 0.50055) {
  const { setTimeout } = globalThis;
  const waits = [];
  t.mock.method(Math, "random", () => random);
  t.mock.method(globalThis, "setTimeout", (call, time, ...rest) => {
    const isWait = !Number.isInteger(time);
    if (isWait) waits.push(time);
    return setTimeout(call, isWait ? 0 : time, ...rest);
  });
  return waits;
}

/** The options for a host, with what was asked and told. */
function using(host, more = {}) {
  const asked = [];
  const told = [];
  const options = {
    getUploadUrl: (file) => (asked.push("new"), host.getUploadUrl(file.size)),
    getResumeUploadUrl: (videoId) => (asked.push(videoId), host.getResumeUploadUrl(videoId)),
    onProgress: (uploaded, size) => told.push([uploaded, size]),
    chunkSize: CHUNK,
    ...more,
  };
  return { options, asked, told };
}

const only = ({ videos }) => [...videos.values()].at(-1);
const ranges = (host) => only(host).posts.map(({ range }) => range);
const failing = (uploading) => uploading.then(assert.fail, (error) => error);

test("a file of several chunks", async (t) => {
  const host = await startUploadServer(t);
  const { options, asked, told } = using(host);
  assert.deepEqual(await uploadVideo(file(), options), { video_id: "1000", resumes: 0 });
  assert.deepEqual(ranges(host), RANGES);
  assert.ok(only(host).bytes.equals(content));
  assert.deepEqual(asked, ["new"]);
  assert.deepEqual(told, [1000, 2000, 3000, 3500].map((uploaded) => [uploaded, 3500]));
});

test("a file of one chunk is the form that the document prints", async (t) => {
  const host = await startUploadServer(t);
  for (const size of [1, CHUNK - 1, CHUNK]) {
    const { options, told } = using(host);
    await uploadVideo(file(content.subarray(0, size)), options);
    const { posts, bytes } = only(host);
    assert.equal(posts.length, 1);
    assert.match(posts[0].type, /^multipart\/form-data; boundary=/);
    assert.ok(bytes.equals(content.subarray(0, size)));
    assert.deepEqual(told, [[size, size]]);
  }
  await uploadVideo(file(content.subarray(0, CHUNK + 1)), using(host).options);
  assert.deepEqual(ranges(host), ["bytes 1-1000/1001", "bytes 1001-1001/1001"]);
});

test("5 MiB is a chunk if nothing is said", async (t) => {
  const host = await startUploadServer(t);
  const { options } = using(host, { chunkSize: undefined });
  const large = new Blob([new Uint8Array((5 << 20) + 1)]);
  await uploadVideo(large, options);
  assert.deepEqual(ranges(host), ["bytes 1-5242880/5242881", "bytes 5242881-5242881/5242881"]);
  await uploadVideo(large.slice(1), options);
  assert.deepEqual(ranges(host), [undefined]);
});

test("it goes on where it broke off, also inside a chunk", async (t) => {
  const waits = hurry(t);
  const host = await startUploadServer(t, { breaks: [{}, { at: 300 }] });
  const { options, asked, told } = using(host);
  assert.deepEqual(await uploadVideo(file(), options), { video_id: "1000", resumes: 1 });
  const rest = ["bytes 1301-2300/3500", "bytes 2301-3300/3500", "bytes 3301-3500/3500"];
  assert.deepEqual(ranges(host), [...RANGES.slice(0, 2), ...rest]);
  assert.ok(only(host).bytes.equals(content));
  assert.deepEqual(asked, ["new", "1000"]);
  assert.deepEqual(told.map(([uploaded]) => uploaded), [1000, 1300, 2300, 3300, 3500]);
  assert.deepEqual(waits.map(Math.floor), [1500], "never at once");
});

test("what arrived though its answer was lost is not sent again", async (t) => {
  hurry(t);
  for (const lost of [0, 1, 3]) {
    const breaks = Array.from(RANGES, (_, at) => (at === lost ? { lose: true } : {}));
    const host = await startUploadServer(t, { breaks });
    assert.equal((await uploadVideo(file(), using(host).options)).resumes, 1);
    assert.deepEqual(ranges(host), RANGES);
    assert.ok(only(host).bytes.equals(content));
  }
  const form = await startUploadServer(t, { breaks: [{ lose: true }] });
  await uploadVideo(file(content.subarray(0, 10)), using(form).options);
  assert.deepEqual(ranges(form), [undefined]);
});

test("a form that broke is not sent twice: the rest goes by ranges", async (t) => {
  hurry(t);
  const host = await startUploadServer(t, { breaks: [{ at: 50 }] });
  const { options } = using(host);
  await uploadVideo(file(content.subarray(0, 900)), options);
  assert.deepEqual(ranges(host), [undefined, "bytes 1-900/900"]);
  assert.ok(only(host).bytes.equals(content.subarray(0, 900)));
});

test("whatever breaks, wherever, the file arrives", async (t) => {
  hurry(t);
  const breaks = [
    { at: 0 },
    { at: 1 },
    { at: 999 },
    { at: 1000 },
    { lose: true },
    { status: 500, body: "" },
    { status: 502, body: "<html>" },
    { status: 200, body: "<html>" },
    { status: 200, body: "null" },
    { status: 200, body: '{"code":0}' },
    { status: 200, body: '{"code":4001,"msg":"文件上传失败"}' },
    { status: 200, body: '{"code":"429"}' },
    { status: 429, body: "" },
    { status: 403, body: '{"code":1}' },
    { status: 307, body: "" },
  ];
  for (const broken of breaks) {
    for (let at = 0; at < RANGES.length; at++) {
      const host = await startUploadServer(t, { breaks: [...Array.from({ length: at }, () => ({})), broken] });
      const { options, told } = using(host);
      await uploadVideo(file(), options);
      assert.ok(only(host).bytes.equals(content), JSON.stringify(broken));
      const grew = told.map(([uploaded]) => uploaded);
      assert.deepEqual(grew, [...new Set(grew)].sort((a, b) => a - b), "it only grows");
      assert.equal(grew.at(-1), content.length);
    }
  }
});

test("the code of a success may be a text", async (t) => {
  const bodies = [{ status: 200, body: '{"code":"1"}' }];
  const host = await startUploadServer(t, { breaks: bodies });
  const { options, asked } = using(host);
  await uploadVideo(file(content.subarray(0, 10)), options);
  assert.deepEqual(asked, ["new"]);
});

test("an upload goes on in another page, by its video alone", async (t) => {
  const host = await startUploadServer(t);
  const pause = new AbortController();
  const onProgress = (uploaded) => uploaded === 2000 && pause.abort(new Error("paused"));
  const first = using(host, { onProgress, signal: pause.signal });
  const error = await failing(uploadVideo(file(), first.options));
  assert.equal(error.message, "paused");

  const { options, asked, told } = using(host, { videoId: 1000, getUploadUrl: undefined });
  assert.deepEqual(await uploadVideo(file(), options), { video_id: "1000", resumes: 1 });
  assert.deepEqual(asked, ["1000"]);
  assert.ok(only(host).bytes.equals(content));
  assert.deepEqual(told[0], [2000, 3500]);
  const again = using(host, { videoId: "1000" });
  await uploadVideo(file(), again.options);
  assert.deepEqual([again.told, ranges(host).length], [[[3500, 3500]], 4], "nothing is sent of what is there");
});

test("a small file that begins where nothing has arrived goes on by ranges", async (t) => {
  const host = await startUploadServer(t);
  host.getUploadUrl(10);
  await uploadVideo(file(content.subarray(0, 10)), using(host, { videoId: "1000" }).options);
  assert.deepEqual(ranges(host), ["bytes 1-10/10"]);
});

test("what the service says it has is believed", async (t) => {
  hurry(t);
  for (const upload_size of [0, "0", undefined, null, "", 1000, "1000", 3499]) {
    const host = await startUploadServer(t);
    host.getUploadUrl(3500);
    const from = Number(upload_size ?? 0);
    only(host).bytes = content.subarray(0, from);
    const { options } = using(host, { videoId: "1000" });
    const { getResumeUploadUrl } = options;
    options.getResumeUploadUrl = (id) => ({ ...getResumeUploadUrl(id), upload_size });
    await uploadVideo(file(), options);
    assert.ok(only(host).bytes.equals(content), String(upload_size));
  }
  const more = failing(uploadVideo(file(), withSize(3501)));
  assert.match((await more).message, /has 3501 bytes already, but the file has only 3500/);
  assert.ok((await more) instanceof FileError);
  for (const upload_size of [-1, 1.5, "abc", {}]) {
    const error = await failing(uploadVideo(file(), withSize(upload_size)));
    assert.deepEqual([error.kind, error.videoId], ["decode", "7"]);
    assert.match(error.message, /getResumeUploadUrl has no usable upload_size/);
  }

  function withSize(upload_size) {
    const getResumeUploadUrl = () => ({ upload_url: "https://upload.example/", upload_size });
    return { getUploadUrl: assert.fail, getResumeUploadUrl, videoId: 7 };
  }
});

test("a service that forgets what it has is not believed for ever", async (t) => {
  hurry(t);
  const host = await startUploadServer(t);
  const { options, told } = using(host, { resumes: 3 });
  const { getResumeUploadUrl } = options;
  options.getResumeUploadUrl = (id) => {
    only(host).bytes = Buffer.alloc(0);
    return getResumeUploadUrl(id);
  };
  host.breaks.push(...[0, 1, 2, 3].flatMap(() => [{}, { lose: true }]));
  const error = await failing(uploadVideo(file(), options));
  assert.match(error.message, /it broke off 4 times and got no further/);
  assert.deepEqual(told, [[1000, 3500]], "and its progress does not jump");
});

test("it gives up after so many breaks without getting further, and says how to go on", async (t) => {
  const waits = hurry(t, 0.99999);
  const host = await startUploadServer(t, { breaks: Array.from({ length: 9 }, () => ({ at: 0 })) });
  const error = await failing(uploadVideo(file(), using(host).options));
  assert.deepEqual([error.kind, error.name, error.videoId], ["transport", "TransportError", "1000"]);
  assert.match(error.message, /^video\.upload_file: transport: video 1000: it broke off 6 times and got no further: /);
  assert.match(error.hint, /can go on later, with videoId/);
  assert.deepEqual(waits.map(Math.round), [2000, 3000, 5000, 9000, 17000]);
  assert.equal(ranges(host).length, 6);

  const patient = using(host, { videoId: "1000", resumes: 3 });
  host.breaks.splice(0, 9, { at: 1 }, { at: 0 }, { at: 0 }, { at: 1 }, { at: 0 }, { at: 0 }, { at: 0 });
  await uploadVideo(file(), patient.options);
  assert.ok(only(host).bytes.equals(content), "a break that got further does not count");
});

test("errors are those of the package", async (t) => {
  hurry(t);
  const kinds = {
    UploadFailedError: ["upload_failed", 4001, 200, { status: 200, body: '{"code":4001,"msg":"文件上传失败"}' }],
    ApiError: ["service", 5000, 200, { status: 200, body: '{"code":"5000","msg":"no"}' }],
    ThrottledError: ["throttled", null, 429, { status: 429, body: "slow" }],
    AnswerError: ["http_status", null, 502, { status: 502, body: "<html>" }],
  };
  for (const [name, [kind, code, status, broken]] of Object.entries(kinds)) {
    const host = await startUploadServer(t, { breaks: [broken] });
    const error = await failing(uploadVideo(file(), using(host, { resumes: 0 }).options));
    assert.ok(error instanceof baijiayun[name] && error instanceof baijiayun.BaijiayunError, String(error));
    assert.deepEqual([error.kind, error.code, error.status, error.videoId], [kind, code, status, "1000"]);
    assert.equal(error.operation, "video.upload_file");
    assert.equal(error.body, broken.body);
  }
});

test("no error shows an address", async (t) => {
  hurry(t);
  const nobody = "http://127.0.0.1:1/upload?token=secret";
  const addresses = { getUploadUrl: () => ({ video_id: 1, upload_url: nobody }), getResumeUploadUrl: assert.fail };
  const error = await failing(uploadVideo(file(), { ...addresses, resumes: 0 }));
  assert.equal(error.kind, "transport");
  assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes("secret"));
  t.mock.method(globalThis, "fetch", (address) => Promise.reject(new TypeError(`cannot reach ${address}`)));
  const told = await failing(uploadVideo(file(), { ...addresses, resumes: 0 }));
  assert.match(told.message, /cannot reach the address/);
  const insecure = { ...addresses, getUploadUrl: () => ({ video_id: 1, upload_url: "http://a.example/?token=secret" }) };
  const refused = await failing(uploadVideo(file(), insecure));
  assert.ok(!refused.message.includes("secret"));
});

test("a redirect is not followed", async (t) => {
  hurry(t);
  const host = await startUploadServer(t);
  host.breaks.push({ status: 307, headers: { location: host.getUploadUrl(1).upload_url } });
  const error = await failing(uploadVideo(file(), using(host, { resumes: 0 }).options));
  assert.deepEqual([error.kind, error.status], ["http_status", 307]);
  assert.deepEqual(host.videos.get("1000").posts, []);
});

test("an http address is refused unless it was asked for", async (t) => {
  t.mock.method(globalThis, "fetch", async () => new Response('{"code":1}'));
  const asking = (upload_url, more) => {
    const address = () => ({ video_id: 7, upload_url });
    return uploadVideo(file(), { getUploadUrl: address, getResumeUploadUrl: address, ...more });
  };
  for (const more of [{}, { videoId: 7 }, { useHttps: true }]) {
    const error = await failing(asking("http://upload.example/", more));
    assert.match(error.message, /the upload address is http, though https was asked for/);
    assert.match(error.hint, /use_https: 1/);
    assert.deepEqual([error.kind, error.videoId], ["upload_failed", "7"]);
  }
  const elsewhere = ["http://127.0.0.1.example.com/", "http://localhost@a.example/", "http://a.example/#localhost", "http://10.0.0.1/"];
  for (const url of elsewhere) await failing(asking(url));
  assert.equal(fetch.mock.callCount(), 0);
  const here = ["http://localhost:1/", "http://[::1]/", "HTTP://127.8.0.1/"];
  for (const url of ["https://upload.example/?a=1&st=jd", ...here]) {
    await asking(url);
    assert.equal(fetch.mock.calls.at(-1).arguments[0], url, "as it was given");
  }
  await asking("http://upload.example/", { useHttps: false });
  assert.equal(fetch.mock.callCount(), 5);
});

test("answers of your server that cannot be used", async () => {
  const url = "https://upload.example/";
  const unusable = [undefined, {}, { upload_url: url }, { video_id: null, upload_url: url }, { video_id: 1 }];
  for (const answer of [...unusable, { video_id: 2 ** 53, upload_url: url }, { video_id: 1, upload_url: 5 }]) {
    const options = { getUploadUrl: () => answer, getResumeUploadUrl: assert.fail };
    const error = await failing(uploadVideo(file(), options));
    assert.match(error.message, /the answer of getUploadUrl has no usable video_id and upload_url/);
    assert.deepEqual([error.kind, error.operation, error.videoId], ["decode", "video.get_upload_url", undefined]);
  }
  for (const upload_url of ["upload", "ftp://a", "//a.example/", ""]) {
    const options = { getUploadUrl: () => ({ video_id: 1, upload_url }), getResumeUploadUrl: assert.fail };
    const error = await failing(uploadVideo(file(), options));
    assert.match(error.message, /the upload address is neither https nor http/);
    assert.deepEqual([error.kind, error.videoId], ["upload_failed", "1"]);
  }
});

test("a server of yours that fails is asked again where that can do no harm", async (t) => {
  const waits = hurry(t);
  const host = await startUploadServer(t, { breaks: [{ at: 10 }] });
  const { options } = using(host);
  const own = new Error("answered 502");
  const { getResumeUploadUrl } = options;
  let fails = 2;
  options.getResumeUploadUrl = (id) => {
    if (fails-- > 0) throw own;
    return getResumeUploadUrl(id);
  };
  await uploadVideo(file(), options);
  assert.equal(waits.length, 3);
  fails = Infinity;
  const error = await failing(uploadVideo(file(), { ...options, videoId: "1000" }));
  assert.match(error.message, /it broke off 6 times.*getResumeUploadUrl failed: answered 502/);
  assert.deepEqual([error.cause, error.videoId], [own, "1000"]);

  let registered = 0;
  const getUploadUrl = () => {
    registered++;
    throw own;
  };
  const first = await failing(uploadVideo(file(), { ...options, getUploadUrl }));
  assert.deepEqual([first.kind, first.cause, first.videoId, registered], ["transport", own, undefined, 1]);
});

test("where the service gives no address, the status tells whether all has arrived", async (t) => {
  hurry(t);
  for (const [status, arrived] of [[20, true], ["100", true], [30, true], [10, false], [32, false], [null, false]]) {
    const host = await startUploadServer(t, { breaks: [{}, {}, {}, { lose: true }] });
    const { options, told } = using(host, { getResumeUploadUrl: () => ({ status, info: "in words" }) });
    const uploading = uploadVideo(file(), options);
    if (arrived) {
      assert.equal((await uploading).video_id, "1000");
      assert.deepEqual(told.at(-1), [3500, 3500]);
    } else assert.match((await failing(uploading)).message, /getResumeUploadUrl has no usable upload_url/);
  }
});

test("errors of the package keep their kind", async () => {
  for (const kind of ["connect", "room_not_found"]) {
    const own = new BaijiayunError({ kind, message: "why" });
    const options = { getUploadUrl: () => Promise.reject(own), getResumeUploadUrl: assert.fail };
    const error = await failing(uploadVideo(file(), options));
    assert.deepEqual([error.kind, error.cause], [kind, own]);
  }
});

test("the deadline", async (t) => {
  hurry(t);
  const host = await startUploadServer(t, { breaks: [{}, { at: 0 }] });
  let ticks = 0;
  t.mock.method(performance, "now", () => ticks);
  const onProgress = () => (ticks = 4000);
  // The wait after the break would end beyond it.
  const error = await failing(uploadVideo(file(), using(host, { deadline: 5000, onProgress }).options));
  assert.match(error.message, /the deadline comes before all of the file is there: /);
  assert.deepEqual([error.kind, error.videoId], ["transport", "1000"]);
  const late = await failing(uploadVideo(file(), using(host, { deadline: 5, onProgress: () => (ticks += 5) }).options));
  assert.ok(late instanceof baijiayun.TimeoutError);
  assert.match(late.hint, /can go on later/);
});

test("what cannot be uploaded is refused before a video is registered", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "baijiayun-upload-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "a.mp4");
  writeFileSync(path, content);
  const gone = await openAsBlob(path);
  truncateSync(path, 10);
  const options = { getUploadUrl: assert.fail, getResumeUploadUrl: assert.fail };
  for (const [unfit, why] of [[file(""), /the file is empty/], [gone, /it cannot be read: /]]) {
    const error = await failing(uploadVideo(unfit, options));
    assert.deepEqual([error.name, error.kind, error.videoId], ["FileError", "file", undefined]);
    assert.match(error.message, why);
    const later = await failing(uploadVideo(unfit, { ...options, videoId: 1 }));
    assert.equal(later.kind, "file");
  }
  for (const [parameter, given, kind] of [
    ["file", "a.mp4", "wrong_type"],
    ["file", new Uint8Array(1), "wrong_type"],
    ["file", undefined, "missing"],
    ["getUploadUrl", { getUploadUrl: undefined }, "missing"],
    ["getResumeUploadUrl", { getResumeUploadUrl: "/resume" }, "wrong_type"],
    ["videoId", { videoId: "" }, "wrong_type"],
    ["chunkSize", { chunkSize: 0 }, "out_of_range"],
    ["chunkSize", { chunkSize: 1.5 }, "out_of_range"],
    ["chunkSize", { chunkSize: NaN }, "out_of_range"],
    ["chunkSize", { chunkSize: "5" }, "wrong_type"],
    ["resumes", { resumes: -1 }, "out_of_range"],
    ["attemptTimeout", { attemptTimeout: 0 }, "out_of_range"],
    ["deadline", { deadline: 0 }, "out_of_range"],
  ]) {
    const [what, more] = parameter === "file" ? [given, {}] : [file(), given];
    const error = await failing(uploadVideo(what, { ...options, ...more }));
    assert.ok(error instanceof baijiayun.InvalidParametersError, String(error));
    assert.deepEqual(error.faults.map(({ parameter, kind }) => [parameter, kind]), [[parameter, kind]], error.message);
  }
  await assert.rejects(uploadVideo(file()), { kind: "invalid_parameters" });
});

test("a file that changes while it is sent is no broken connection", async (t) => {
  const waits = hurry(t);
  const folder = await mkdtemp(join(tmpdir(), "baijiayun-upload-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "a.mp4");
  writeFileSync(path, content);
  const host = await startUploadServer(t);
  const onProgress = (uploaded) => uploaded === 1000 && truncateSync(path, 10);
  const error = await failing(uploadVideo(await openAsBlob(path), using(host, { onProgress }).options));
  assert.deepEqual([error.kind, error.videoId], ["file", "1000"]);
  assert.deepEqual(waits, []);
});

test("it is aborted at every step", async (t) => {
  const host = await startUploadServer(t);
  const never = new Promise(() => {});
  const gone = new Error("gone");
  const aborting = (make) => {
    const abort = new AbortController();
    return failing(uploadVideo(file(), using(host, { signal: abort.signal, ...make(abort) }).options));
  };
  const later = (abort, result) => (setImmediate(() => abort.abort(gone)), result);
  const steps = {
    before: (abort) => (abort.abort(gone), { getUploadUrl: assert.fail }),
    registering: (abort) => ({ getUploadUrl: () => later(abort, never) }),
    registered: (abort) => ({ getUploadUrl: () => (abort.abort(gone), host.getUploadUrl(3500)) }),
    asking: (abort) => ({ videoId: "1000", getResumeUploadUrl: () => later(abort, never) }),
    // The wait begins when the failure has come.
    waiting: (abort) => ({ videoId: "1000", getResumeUploadUrl: () => later(abort, Promise.reject(new Error())) }),
  };
  for (const [step, make] of Object.entries(steps)) assert.equal(await aborting(make), gone, step);
  assert.equal([...host.videos.values()].flatMap(({ posts }) => posts).length, 0);
  const another = new Error("gone as well");
  const sending = aborting((abort) => {
    host.breaks.push({ hang: () => abort.abort(another) });
    return {};
  });
  assert.equal(await sending, another);
  const timeout = using(host, { signal: AbortSignal.abort() });
  assert.equal((await failing(uploadVideo(file(), timeout.options))).name, "AbortError");
});

test("a wait does not begin for a caller who is gone", async (t) => {
  const waits = hurry(t);
  const host = await startUploadServer(t, { breaks: [{ at: 0 }] });
  const abort = new AbortController();
  let reads = 0;
  const watched = Object.assign(file(), {
    slice(...range) {
      // Before it begins, the first chunk, and the look whether it was the file that failed.
      if (++reads === 3) abort.abort();
      return File.prototype.slice.apply(this, range);
    },
  });
  const error = await failing(uploadVideo(watched, using(host, { signal: abort.signal }).options));
  assert.deepEqual([error.name, waits], ["AbortError", []]);
});

test("a signal is left as it was", async (t) => {
  hurry(t);
  const host = await startUploadServer(t, { breaks: [{}, { at: 10 }] });
  const { signal } = new AbortController();
  await uploadVideo(file(), using(host, { signal }).options);
  assert.deepEqual(getEventListeners(signal, "abort"), []);
});

test("a chunk that is not answered in time is a break", async (t) => {
  hurry(t);
  // Time is up when the host has the chunk.
  const { setTimeout } = globalThis;
  let late;
  t.mock.method(globalThis, "setTimeout", (call, time, ...rest) => {
    if (time === 300_000 || time === 12_345) late = call;
    return setTimeout(call, time, ...rest);
  });
  const hang = () => late();
  const host = await startUploadServer(t, { breaks: [{}, { hang }] });
  const { options } = using(host);
  assert.equal((await uploadVideo(file(), options)).resumes, 1);
  host.breaks.push({ hang });
  const error = await failing(uploadVideo(file(), { ...options, attemptTimeout: 12_345, resumes: 0 }));
  assert.ok(error instanceof baijiayun.TimeoutError, String(error));
  assert.match(error.message, /no answer within 12345 ms/);
});

test("an endless answer is not read to its end", async (t) => {
  hurry(t);
  let pulled = 0;
  const body = () => new ReadableStream({ pull: (to) => (pulled++, to.enqueue(new Uint8Array(1 << 12).fill(32))) });
  t.mock.method(globalThis, "fetch", async () => new Response(body()));
  const addresses = { getUploadUrl: () => ({ video_id: 1, upload_url: "https://a/" }), getResumeUploadUrl: assert.fail };
  const error = await failing(uploadVideo(file(), { ...addresses, resumes: 0 }));
  assert.equal(error.kind, "not_json");
  assert.ok(pulled < 30, String(pulled));
});

test("what onProgress throws ends the upload, with its video", async (t) => {
  for (const [own, onProgress] of [
    [new Error("the caller's"), (error) => { throw error; }],
    [new Error("later"), async (error) => { throw error; }],
  ]) {
    const host = await startUploadServer(t);
    const error = await failing(uploadVideo(file(), using(host, { onProgress: () => onProgress(own) }).options));
    assert.equal(error, own);
    assert.equal(error.videoId, "1000");
  }
});

test("uploads that are aborted say which video it was", async (t) => {
  const host = await startUploadServer(t);
  const pause = new AbortController();
  const onProgress = () => pause.abort();
  const uploads = [0, 1].map(() => failing(uploadVideo(file(), using(host, { onProgress, signal: pause.signal }).options)));
  const errors = await Promise.all(uploads);
  assert.deepEqual(errors.map(({ name }) => name), ["AbortError", "AbortError"]);
  assert.deepEqual(errors.map(({ videoId }) => videoId).sort(), ["1000", "1001"]);
});

test("both kinds of module", async () => {
  const { createRequire } = await import("node:module");
  const required = createRequire(import.meta.url)("baijiayun/upload");
  const imported = await import("baijiayun/upload");
  assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort());
  const error = await failing(required.uploadVideo(file("")));
  assert.ok(error instanceof BaijiayunError, "an error of one is an instance of the other's class");
});

test("a listener that never ends outlives neither the signal nor the deadline", async (t) => {
  const host = await startUploadServer(t);
  const controller = new AbortController();
  const aborted = using(host, { onProgress: () => (controller.abort(), new Promise(() => {})), signal: controller.signal }).options;
  const one = await failing(uploadVideo(file(), aborted));
  assert.deepEqual([one.name, one.videoId], ["AbortError", "1000"]);
  const late = await failing(uploadVideo(file(), using(host, { onProgress: () => new Promise(() => {}), deadline: 300 }).options));
  assert.deepEqual([late.name, late.videoId], ["TimeoutError", "1001"]);
});

test("what cannot be meant is refused before anything is asked for", async (t) => {
  const host = await startUploadServer(t);
  const wrong = [
    [{ onProgress: 5 }, /onProgress has to be a function/],
    [{ signal: 5 }, /signal is no AbortSignal/],
    [{ signal: { aborted: false, addEventListener() {} } }, /signal is no AbortSignal/],
    [{ videoId: 2 ** 60 }, /videoId is no id/],
    [{ videoId: {} }, /videoId is no id/],
    [{ chunkSize: 1.5, resumes: NaN }, /chunkSize has to be 1 or more; resumes has to be 0 or more/],
  ];
  for (const [more, why] of wrong) {
    const { options, asked } = using(host, more);
    const error = await failing(uploadVideo(file(), options));
    assert.deepEqual([error.kind, asked], ["invalid_parameters", []]);
    assert.match(error.message, why);
  }
});

test("an answer that is none of ours is told", async (t) => {
  hurry(t);
  for (const answer of [5, "x", true, null, undefined, [], { upload_url: 5 }, { upload_url: "https://x", video_id: 2 ** 60 }]) {
    const given = { getUploadUrl: () => answer, getResumeUploadUrl: () => answer, resumes: 0 };
    const error = await failing(uploadVideo(file(), given));
    assert.deepEqual([error.kind, error.reason], ["decode", "the answer of getUploadUrl has no usable video_id and upload_url"]);
    assert.ok((await failing(uploadVideo(file(), { ...given, videoId: 7 }))) instanceof BaijiayunError);
  }
});

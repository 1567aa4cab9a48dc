// The entry for browsers with the WebAssembly inlined, as far as it runs in Node. packaging/ runs it in the real ones.
import assert from "node:assert/strict";
import { test } from "node:test";

import * as node from "baijiayun";

import * as inline from "../dist/inline.mjs";
// It shares what it is made of with this one, which finds no file here: the inlined one wins.
import "../dist/web.mjs";

import { ACCOUNT, UNLIMITED, envelope } from "./support/fakes.mjs";

const answering = (answer) => new inline.Client({ ...ACCOUNT, ...UNLIMITED, http: async () => answer });

test("what is not awaited says that it needs the WebAssembly", async () => {
  const client = answering(envelope({ title: "a" }));
  const entering = { room_id: 1, user_number: 2, user_name: "a" };
  for (const early of [
    () => client.links.enterRoom(entering),
    () => client.callbacks.parse("a=b", ""),
    () => client.request("room.info", { room_id: 1 }),
  ]) {
    assert.throws(early, (error) => error instanceof node.MisuseError && /await ready\(\)/.test(error.hint));
  }
  await Promise.all([inline.ready(), inline.ready()]);
  assert.match(client.links.enterRoom(entering), /^https:\/\/school\.at\.baijiayun\.com\/web\/room\/enter\?/);
  assert.equal((await client.room.info({ room_id: 1 })).title, "a");
});

test("errors are told apart across the entries", async () => {
  const refused = answering(envelope(null, { code: 3001 })).room.info({ room_id: 1 });
  await assert.rejects(refused, (error) => error instanceof node.RoomNotFoundError && error instanceof node.ApiError);
});

test("files on disk are Node's", async () => {
  const uploading = answering(envelope(null)).doc.upload({ attachment: inline.fromPath("/etc/hostname") });
  await assert.rejects(uploading, inline.FileError);
});

test("a file is part of a Blob, which the browser sends with its length", async () => {
  const blob = new Blob(["a".repeat(1000)]);
  const stream = () => new Blob(["b".repeat(10)]).stream();
  let request;
  const http = async (given) => ((request = given), envelope(null));
  const client = new inline.Client({ ...ACCOUNT, ...UNLIMITED, http });
  for (const [content, text] of [
    [blob, "a".repeat(1000)],
    [stream(), "b".repeat(10)],
  ]) {
    await client.doc.upload({ attachment: inline.file(content, { name: "a.pdf" }) });
    assert.ok(request.body instanceof Blob);
    const form = await new Response(request.body, {
      headers: { "content-type": request.headers["content-type"] },
    }).formData();
    assert.equal(await form.get("attachment").text(), text);
  }
});

/** As much of XMLHttpRequest as is used. */
class FakeXhr {
  static sent = [];
  upload = {};
  headers = {};
  open(method, url) {
    Object.assign(this, { method, url });
  }
  setRequestHeader(name, value) {
    this.headers[name] = value;
  }
  getAllResponseHeaders() {
    return "content-type: application/json\r\nx-time: 10:15: now\r\n";
  }
  async send(body) {
    FakeXhr.sent.push(this);
    const { size } = body;
    for (const loaded of [10, size / 2, size]) this.upload.onprogress({ loaded });
    if (this.hangs) return;
    this.response = await new Blob(['{"code":1,"fid":1,"msg":""}']).arrayBuffer();
    this.status = 200;
    this.onload();
    this.onloadend();
  }
  abort() {
    this.onabort();
    this.onloadend();
  }
}

function withXhr(t) {
  globalThis.XMLHttpRequest = FakeXhr;
  t.after(() => delete globalThis.XMLHttpRequest);
  const address = { video_id: 7, upload_url: "https://upload.example/?token=t" };
  return t.mock.method(globalThis, "fetch", async () => new Response(envelope(address).body));
}

test("the file goes by XMLHttpRequest where its progress is wanted", async (t) => {
  const fetched = withXhr(t);
  const client = new inline.Client(ACCOUNT);
  const video = inline.file(new Blob(["v".repeat(100_000)]), { name: "a.mp4" });
  const progress = [];
  const options = { onProgress: (...args) => progress.push(args) };
  assert.equal((await client.video.upload(video, { definition: 16 }, options)).video_id, "7");
  assert.equal(fetched.mock.callCount(), 1);
  const [xhr] = FakeXhr.sent.splice(0);
  assert.deepEqual([xhr.method, xhr.url], ["POST", "https://upload.example/?token=t"]);
  assert.ok(!("content-length" in xhr.headers) && xhr.headers["content-type"].startsWith("multipart/form-data"));
  assert.deepEqual(progress, [[100_000, 100_000]], "what the service has");
});

test("an upload by XMLHttpRequest is aborted", async (t) => {
  withXhr(t);
  FakeXhr.prototype.hangs = true;
  t.after(() => delete FakeXhr.prototype.hangs);
  const abort = new AbortController();
  const video = inline.file(new Blob(["v"]), { name: "a.mp4" });
  const options = { onProgress: () => {}, signal: abort.signal };
  const uploading = new inline.Client(ACCOUNT).video.upload(video, { definition: 16 }, options);
  while (FakeXhr.sent.length === 0) await new Promise(setImmediate);
  abort.abort();
  await assert.rejects(uploading, { name: "AbortError" });
});

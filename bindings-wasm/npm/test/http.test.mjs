// What goes over the wire, with Node's own fetch.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";

import { Client, ConnectError, FileError, TimeoutError, file, fromPath } from "baijiayun";

import { ACCOUNT, UNLIMITED, bodyOf, envelope, serve } from "./support/fakes.mjs";

const client = (domain, options) => new Client({ ...ACCOUNT, ...UNLIMITED, domain, ...options });
const info = (client, options) => client.room.info({ room_id: 1 }, options);

/** A server that keeps what it gets, and says that all is well. */
async function keeping(t) {
  const got = [];
  const url = await serve(t, async (request, response) => {
    // What broke off was not sent.
    const body = await bodyOf(request).catch(() => undefined);
    if (body) got.push({ headers: request.headers, url: request.url, body });
    response.end(envelope({ fid: "1" }).body);
  });
  return { url, got };
}

async function formOf({ headers, body }) {
  return new Response(body, { headers: { "content-type": headers["content-type"] } }).formData();
}

function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "baijiayun-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a form", async (t) => {
  const { url, got } = await keeping(t);
  await info(client(url));
  const [{ headers, body, url: path }] = got;
  assert.equal(path, "/openapi/room/info");
  assert.equal(headers["content-type"], "application/x-www-form-urlencoded");
  assert.equal(headers.accept, "application/json");
  assert.equal(headers["content-length"], String(body.length));
  assert.match(body.toString(), /^partner_id=12345678&room_id=1&/);
});

test("redirects are not followed", async (t) => {
  let followed = false;
  const url = await serve(t, (request, response) => {
    followed ||= request.url === "/elsewhere";
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  const error = await info(client(url), { retry: "never" }).then(assert.fail, (error) => error);
  assert.equal(error.status, 307);
  assert.ok(!followed);
});

test("what fetch throws is told apart", async (t) => {
  const server = createServer((socket) => socket.destroy());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const cut = await info(client(url), { retry: "never" }).then(assert.fail, (error) => error);
  assert.equal(cut.name, "TransportError");
  assert.ok(cut.cause instanceof TypeError);
  await new Promise((resolve) => server.close(resolve));
  const refused = await info(client(url), { retry: "never" }).then(assert.fail, (error) => error);
  assert.ok(refused instanceof ConnectError);
  assert.match(refused.reason, /ECONNREFUSED/);
});

test("time is up while the answer is read", async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(200).write("{"));
  await assert.rejects(info(client(url), { retry: "never", attemptTimeout: 50 }), TimeoutError);
});

test("an aborted call closes its connection", async (t) => {
  let closed;
  const url = await serve(t, (request) => {
    closed = new Promise((resolve) => request.socket.on("close", resolve));
    abort.abort();
  });
  const abort = new AbortController();
  await assert.rejects(info(client(url), { signal: abort.signal }), { name: "AbortError" });
  await closed;
});

test("files of all kinds, with their length", async (t) => {
  const { url, got } = await keeping(t);
  const content = Buffer.from("课件".repeat(50_000));
  const path = join(folder(t), "第一课.pdf");
  writeFileSync(path, content);
  const half = content.length / 2;
  const chunks = async function* () {
    yield content.subarray(0, half);
    yield content.subarray(half);
  };
  const kinds = {
    path: fromPath(path),
    bytes: file(content, { name: "第一课.pdf" }),
    buffer: file(new Uint8Array(content).buffer, { name: "第一课.pdf" }),
    blob: file(new Blob([content]), { name: "第一课.pdf" }),
    File: new File([content], "第一课.pdf", { type: "application/pdf" }),
    stream: file(Readable.from(chunks()), { name: "第一课.pdf", size: content.length }),
    webStream: file(new Blob([content]).stream(), { name: "第一课.pdf", size: content.length }),
    function: file((offset) => Readable.from([content.subarray(offset)]), { name: "第一课.pdf", size: content.length }),
    unsized: file(chunks(), { name: "第一课.pdf" }),
  };
  for (const [kind, attachment] of Object.entries(kinds)) {
    assert.equal((await client(url).doc.upload({ attachment, room_id: 5 })).fid, "1", kind);
    const request = got.pop();
    const form = await formOf(request);
    assert.deepEqual([...form.keys()].sort(), ["attachment", "partner_id", "room_id", "sign", "timestamp"], kind);
    const sent = form.get("attachment");
    assert.equal(sent.name, "第一课.pdf", kind);
    assert.equal(sent.type, "application/pdf", "the ending of its name tells it");
    assert.ok(Buffer.from(await sent.arrayBuffer()).equals(content), kind);
    const { "content-length": length, "transfer-encoding": encoding } = request.headers;
    assert.equal(length, kind === "unsized" ? undefined : String(request.body.length), kind);
    assert.equal(encoding, kind === "unsized" ? "chunked" : undefined, kind);
  }
});

test("an empty file, and names that could break the form", async (t) => {
  const { url, got } = await keeping(t);
  const empty = join(folder(t), "empty");
  writeFileSync(empty, "");
  for (const attachment of [fromPath(empty), file(new Uint8Array(), { name: 'a"b\r\nc: d' })]) {
    await client(url).doc.upload({ attachment });
    const { headers, body } = got.at(-1);
    assert.equal(headers["content-length"], String(body.length));
  }
  assert.ok(got[1].body.includes('filename="a%22b%0D%0Ac: d"\r\n'));
  assert.equal((await formOf(got[0])).get("attachment").size, 0);
});

test("a file that is not there, or not what it was, is not sent", async (t) => {
  const { url, got } = await keeping(t);
  const path = join(folder(t), "a.pdf");
  const upload = (attachment) =>
    client(url)
      .doc.upload({ attachment })
      .then(assert.fail, (error) => error);
  const missing = await upload(fromPath(path));
  assert.ok(missing instanceof FileError);
  assert.equal(missing.cause.code, "ENOENT");
  assert.ok((await upload(fromPath(tmpdir()))) instanceof FileError);
  const failing = file(
    () =>
      Readable.from(
        (async function* () {
          throw new Error("disk");
        })(),
      ),
    { name: "a", size: 5 },
  );
  const broken = await upload(failing);
  assert.ok(broken instanceof FileError && broken.reason.includes("disk"), String(broken));
  for (const size of [3, 7]) {
    const wrong = await upload(file(Readable.from([Buffer.alloc(5)]), { name: "a", size }));
    assert.ok(wrong instanceof FileError, String(wrong));
    assert.equal(wrong.operation, "doc.upload");
  }
  assert.equal(got.length, 0);
});

test("a file that changes while it waits for its turn", async (t) => {
  const path = join(folder(t), "a.pdf");
  writeFileSync(path, "12345");
  let attempts = 0;
  const http = async (request) => {
    if (attempts++ === 0) throw Object.assign(new Error("refused"), { kind: "connect" });
    await new Response(request.body).arrayBuffer();
    return envelope(null);
  };
  t.mock.method(Math, "random", () => {
    truncateSync(path, 3);
    return 0;
  });
  const changed = client("school", { http }).doc.upload({ attachment: fromPath(path) });
  await assert.rejects(changed, (error) => error instanceof FileError && /3 bytes now, no longer 5/.test(error.reason));
});

test("a stream is sent once", async (t) => {
  t.mock.method(Math, "random", () => 0);
  let attempts = 0;
  const http = async () => {
    attempts++;
    throw Object.assign(new Error("refused"), { kind: "connect" });
  };
  const send = (attachment) => client("school", { http }).doc.upload({ attachment });
  await assert.rejects(send(file(Readable.from(["a"]), { name: "a" })), ConnectError);
  assert.equal(attempts, 1);
  await assert.rejects(send(file(new Uint8Array(1), { name: "a" })), ConnectError);
  assert.equal(attempts, 4, "bytes are sent again");
});

test("Node's fetch is not made to keep a copy of a stream", async () => {
  let request;
  const http = async (given) => ((request = given), envelope(null));
  await client("school", { http }).doc.upload({ attachment: file(new Uint8Array(1), { name: "a" }) });
  assert.ok(request.body instanceof ReadableStream);
  assert.equal(request.redirect, "error", "any other mode has undici tee the stream, and so hold the file in memory");
});

test("connections are used again", async (t) => {
  const ports = new Set();
  const url = await serve(t, async (request, response) => {
    ports.add(request.socket.remotePort);
    await bodyOf(request);
    response.end(envelope(null).body);
  });
  const one = client(url);
  for (let i = 0; i < 20; i++) await info(one);
  assert.ok(ports.size <= 3, `${ports.size} connections`);
});

// From end to end, against the service's double.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import {
  AccountNotFoundError,
  Client,
  ParameterRejectedError,
  RoomDeletedError,
  RoomNotFoundError,
  SignatureError,
  file,
  fromPath,
} from "baijiayun";

import { bodyOf, serve } from "./support/fakes.mjs";
import { startMock } from "./support/mock.mjs";

const HOUR = 3_600_000;
const soon = (hours) => new Date(Date.now() + hours * HOUR);
const create = (client, title = "测试教室") => client.room.create({ title, start_time: soon(1), end_time: soon(2) });

test("rooms", async (t) => {
  const client = new Client(await startMock(t));
  const { room_id, admin_code } = await create(client);
  assert.match(room_id, /^\d+$/);
  assert.equal((await client.room.info({ room_id })).admin_code, admin_code);
  await client.room.update({ room_id, title: "改名" });
  const { data, ts } = await client.room.info({ room_id }).withDetails();
  assert.equal(data.title, "改名");
  assert.ok(Math.abs(ts - Date.now() / 1000) < 10);
  const { student_code } = await client.room.createCode({ room_id, user_number: 10001 });
  assert.ok(student_code);
  await client.room.delete({ room_id });
  await assert.rejects(client.room.info({ room_id }), RoomDeletedError);
  await assert.rejects(client.room.info({ room_id: 404 }), RoomNotFoundError);
});

test("lists", async (t) => {
  const client = new Client(await startMock(t));
  const titles = ["一", "二", "三", "四", "五"];
  for (const title of titles) await create(client, title);
  const listed = [];
  for await (const { title } of client.room.list({ limit: 2 })) listed.push(title);
  assert.deepEqual(listed.sort(), [...titles].sort());
  const { total, list } = await client.room.list({ page: 1, limit: 3 });
  assert.deepEqual([total, list.length], [5, 3]);
});

test("what the account does wrong", async (t) => {
  const account = await startMock(t);
  const info = (changes) => new Client({ ...account, ...changes }).room.info({ room_id: 1 });
  await assert.rejects(info({ partnerKey: "another" }), SignatureError);
  await assert.rejects(info({ partnerId: "87654321" }), AccountNotFoundError);
  const refused = new Client(account).callPath("/openapi/room/info", {});
  await assert.rejects(refused, (error) => error instanceof ParameterRejectedError && error.code === 1001);
});

test("a signer of one's own", async (t) => {
  const { partnerKey, ...account } = await startMock(t);
  const { createHash } = await import("node:crypto");
  const signer = async (text) => createHash("md5").update(`${text}&partner_key=${partnerKey}`).digest("hex");
  assert.ok((await create(new Client({ ...account, signer }))).room_id);
});

test("an answer of loose types is straight", async (t) => {
  const client = new Client(await startMock(t, "--php-loose"));
  const { room_id } = await create(client);
  const { data, departures } = await client.room.info({ room_id }).withDetails();
  assert.equal(typeof data.room_id, "string");
  assert.equal(data.type, 2);
  assert.deepEqual(departures, []);
});

test("a service that fails now and then", async (t) => {
  t.mock.method(Math, "random", () => 0);
  for (const fault of ["--errors-every", "--drops-every", "--html-every"]) {
    const client = new Client(await startMock(t, fault, "3"));
    const rooms = [];
    for (let i = 0; i < 9; i++) rooms.push(await client.room.list().withDetails());
    assert.ok(
      rooms.some(({ trace }) => trace.attempts === 2),
      fault,
    );
  }
});

test("documents", async (t) => {
  const client = new Client(await startMock(t));
  const { room_id } = await create(client);
  const { fid } = await client.doc.upload({ room_id, attachment: file(Buffer.from("%PDF"), { name: "第一课.pdf" }) });
  const { list } = await client.doc.list({ room_id });
  assert.deepEqual(
    list.map((doc) => doc.fid),
    [fid],
  );
});

test("videos, also when the connection breaks", async (t) => {
  // The engine waits a second before it goes on.
  t.mock.method(Math, "random", () => 0);
  const size = 3_000_000;
  const folder = mkdtempSync(join(tmpdir(), "baijiayun-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "第一课.mp4");
  writeFileSync(path, Buffer.alloc(size, "baijiayun"));
  const client = new Client(await startMock(t, "--uploads-break-at", "1000000"));
  const progress = [];
  const options = { onProgress: (sent, of) => progress.push([sent, of]) };
  const { video_id, resumes } = await client.video.upload(fromPath(path), { definition: 16 }, options);
  assert.equal(resumes, 1);
  assert.deepEqual(progress.at(-1), [size, size]);
  assert.equal((await client.video.info({ video_id })).name, "第一课.mp4");
  const failed = await client.video
    .upload(file(Buffer.alloc(size), { name: "a.mp4" }), { definition: 16 }, { resumes: 0 })
    .then(assert.fail, (error) => error);
  const later = await client.video.resumeUpload(failed.videoId, file(Buffer.alloc(size), { name: "a.mp4" }));
  assert.equal(later.video_id, failed.videoId);
});

test("callbacks", async (t) => {
  const client = new Client(await startMock(t));
  const events = [];
  const arrived = new Promise((resolve) => {
    events.push = (event) => Array.prototype.push.call(events, event) === 2 && resolve();
  });
  const url = await serve(t, async (request, response) => {
    const body = await bodyOf(request);
    events.push(client.callbacks.parse(body, request.headers));
    response.setHeader("content-type", "application/json").end(client.callbacks.success);
  });
  await client.liveAccount.setClassCallbackUrl({ url });
  await client.videoAccount.setTranscodeCallbackUrl({ url });
  const { room_id } = await create(client);
  await client.live.startClass({ room_id });
  const { video_id } = await client.video.upload(file(Buffer.alloc(10), { name: "a.mp4" }), { definition: 16 });
  while ((await client.video.getStatus({ video_id })).status !== 100);
  await arrived;
  const [started, transcoded] = events;
  assert.deepEqual([started.name, started.data.op, started.data.room_id], ["class_event", "start", room_id]);
  assert.equal(transcoded.name, "transcode_callback");
});

test("the room that a link leads into", async (t) => {
  const account = await startMock(t);
  const client = new Client(account);
  const { room_id } = await create(client);
  const link = new URL(client.links.enterRoom({ room_id, user_number: 10001n, user_name: "王同学", user_role: 1 }));
  assert.ok(link.href.startsWith(`${account.domain}/web/room/enter?`));
  assert.equal(link.searchParams.get("user_role"), "1");
  assert.match(link.searchParams.get("sign"), /^[0-9a-f]{32}$/);
});

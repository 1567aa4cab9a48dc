// The mock in the process: what its own functions and its executor do. What the service itself does is tested in mock/.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";

import { AccountNotFoundError, AnswerError, Client, RoomDeletedError, SignatureError, ThrottledError, TransportError, file } from "baijiayun";
import { createMock } from "baijiayun-mock";

import { PLAIN, create, customer, world } from "./support/world.mjs";

test("rooms live, and what came can be looked at", async (t) => {
  const { mock, client } = world(t);
  const { room_id } = await create(client, "数学课");
  assert.equal((await client.room.info({ room_id })).title, "数学课");
  await client.room.delete({ room_id });
  await assert.rejects(client.room.info({ room_id }), RoomDeletedError);
  const [created, , , refused] = mock.received();
  assert.deepEqual([created.operation, created.params.title, created.verdict], ["room.create", "数学课", "accepted"]);
  assert.ok(!("sign" in created.params));
  assert.deepEqual([refused.verdict, refused.code], ["refused", 3002]);
  mock.forget();
  assert.deepEqual(mock.received(), []);
});

test("account and signature are checked", async (t) => {
  const { mock } = world(t, { partnerId: "1", partnerKey: "geheim", domain: "https://demo.at.baijiayun.com" });
  assert.deepEqual(mock.account, { domain: "https://demo.at.baijiayun.com", partnerId: "1", partnerKey: "geheim" });
  const list = (changes) => new Client({ ...mock.account, http: mock.executor, ...PLAIN, ...changes }).room.list();
  await list({});
  await assert.rejects(list({ partnerKey: "another" }), SignatureError);
  await assert.rejects(list({ partnerId: "2" }), AccountNotFoundError);
});

test("the service's limit holds unless it is taken away", async (t) => {
  const limited = world(t);
  for (let i = 0; i < 200; i++) await limited.client.room.list();
  await assert.rejects(limited.client.room.list(), ThrottledError);
  await limited.mock.advance(10_000);
  await limited.client.room.list();
  const { client } = world(t, { rate: 0 });
  for (let i = 0; i < 201; i++) await client.room.list();
});

test("operations answer what they are given", async (t) => {
  const { mock, client } = world(t, { answers: { "room.list": [{ status: 502, body: "<html>" }, {}] } });
  await assert.rejects(client.room.list(), { status: 502 });
  assert.equal((await client.room.list()).total, 0);
  mock.answers({ "room.list": { data: { list: [], total: 7 } } });
  assert.equal((await client.room.list()).total, 7);
  mock.answers(null);
  assert.equal((await client.room.list()).total, 0);
  assert.throws(() => mock.answers({ "room.lsit": {} }), /room\.list/);
});

test("it misbehaves when told", async (t) => {
  const { mock, client } = world(t, { misbehave: { errorsEvery: 2 } });
  await client.room.list();
  await assert.rejects(client.room.list(), { status: 503 });
  mock.misbehave({ dropsEvery: 1 });
  await assert.rejects(client.room.list(), TransportError);
  mock.misbehave({ htmlEvery: 1 });
  await assert.rejects(client.room.list(), AnswerError);
  mock.misbehave({ throttlesEvery: 1, throttlesWith200: true });
  await assert.rejects(client.room.list(), ThrottledError);
  mock.misbehave({});
  await client.room.list();
  assert.throws(() => mock.misbehave({ errorEvery: 1 }), /errorEvery.*errorsEvery/);
});

test("an answer that takes its time can be given up", async (t) => {
  const { mock, client } = world(t, { misbehave: { latency: 3_600_000 } });
  const controller = new AbortController();
  const called = client.room.list({}, { signal: controller.signal });
  controller.abort(new Error("the user went away"));
  await assert.rejects(called, /the user went away/);
  await assert.rejects(client.room.list({}, { attemptTimeout: 10 }), { name: "TimeoutError" });
  mock.misbehave({ latency: 1 });
  await client.room.list();
});

test("a strict mock finds mistakes", async (t) => {
  const now = Date.now();
  const { client } = world(t, { strict: true, now: () => now });
  await client.room.list();
  await assert.rejects(client.room.list({}, { extra: { colour: "red" } }), /colour/);
  const late = world(t, { strict: true, now: () => now + 400_000 });
  await assert.rejects(late.client.room.list(), /timestamp/);
});

test("operations are at other paths", async (t) => {
  const paths = { "room.list": "/openapi/room/all" };
  const { client } = world(t, { paths }, { paths });
  await client.room.list();
});

test("files come as bytes, Blobs and streams", async (t) => {
  const { client } = world(t);
  const bytes = Buffer.alloc(300_000, "baijiayun");
  for (const content of [bytes, new Blob([bytes]), () => new Blob([bytes]).stream()]) {
    const attachment = file(content, { name: "第一课.pdf", ...(typeof content === "function" && { size: bytes.length }) });
    const { fid } = await client.doc.upload({ attachment });
    const { list } = await client.doc.listAll({ type: "all" });
    assert.deepEqual([list[0].fid, list[0].size, list[0].name], [fid, bytes.length, "第一课.pdf"]);
  }
});

test("videos are uploaded over breaks, and transcoded when the clock says so", async (t) => {
  t.mock.method(Math, "random", () => 0);
  const now = Date.now();
  const { mock, client } = world(t, { misbehave: { uploadsBreakAt: 1_000_000 }, transcoding: 600_000, now: () => now });
  const { url, posts } = await customer(t);
  await client.videoAccount.setTranscodeCallbackUrl({ url });
  const bytes = Buffer.alloc(2_500_000, "baijiayun");
  const { video_id, resumes } = await client.video.upload(file(bytes, { name: "a.mp4" }), { definition: 16 });
  assert.equal(resumes, 1);
  const status = async () => (await client.video.getStatus({ video_id })).status;
  await mock.advance(599_999);
  assert.equal(await status(), 20);
  await mock.advance(1);
  assert.equal(await status(), 100);
  assert.deepEqual(posts.map(({ body }) => new URLSearchParams(body).get("status")), ["20", "100"]);
});

test("a callback is posted, signed, and again if it is not taken", async (t) => {
  const { mock, client } = world(t);
  const { url, posts } = await customer(t, [500, ""], [200, '{"code":1}']);
  await client.liveAccount.setClassCallbackUrl({ url });
  const { room_id } = await create(client);
  const { answer, taken } = await mock.trigger("class_event", { op: "start", room_id });
  assert.deepEqual([answer, taken], [{ status: 500, body: "" }, false]);
  await mock.advance(4_000);
  assert.equal(posts.length, 3);
  for (const { body, headers } of posts) {
    const event = client.callbacks.parse(body, headers);
    assert.deepEqual([event.name, event.data.op, event.data.room_id], ["class_event", "start", room_id]);
  }
  const posted = mock.posted();
  assert.deepEqual(posted.map(({ attempt, taken }) => [attempt, taken]), [[1, false], [2, false], [3, true]]);
  assert.deepEqual(posted.map(({ at }) => Math.round((at - posted[0].at) / 1000)), [0, 1, 4]);
});

test("a callback without an address is returned, and a function takes those that have one", async (t) => {
  const given = [];
  const post = async (delivery) => {
    given.push(delivery);
    if (given.length === 1) throw new Error("nobody is there");
    return { status: 200, body: client.callbacks.success };
  };
  const { mock, client } = world(t, { post });
  const made = await mock.trigger("transcode_callback", { video_id: 7n });
  assert.deepEqual([made.url, made.answer, given], ["", undefined, []]);
  assert.equal(client.callbacks.parse(made.body, { "content-type": made.contentType }).data.video_id, "7");
  await client.liveAccount.setClassCallbackUrl({ url: "https://school.example/callbacks" });
  const { room_id } = await create(client);
  await client.live.startClass({ room_id });
  await mock.advance(1_000);
  assert.deepEqual(given.map(({ url, name }) => [url, name]), Array(2).fill(["https://school.example/callbacks", "class_event"]));
  assert.match(mock.posted()[0].error, /nobody is there/);
  await assert.rejects(mock.trigger("class_evnt"), /class_evnt/);
});

test("its clock is the caller's, and ahead of it", async (t) => {
  const { mock, client } = world(t, { now: () => 1_893_456_000_000 });
  assert.equal(mock.now(), 1_893_456_000_000);
  await mock.advance(86_400_000);
  assert.equal(mock.now(), 1_893_542_400_000);
  assert.match((await create(client)).room_id, /^300102/);
  for (const wrong of [-1, NaN, Infinity, "60", undefined]) await assert.rejects(mock.advance(wrong), RangeError);
  await mock.advance(100 * 365 * 86_400_000);
  await create(client);
});

test("it listens on a port", async (t) => {
  const { mock, client } = world(t);
  const { url, close } = await mock.listen();
  const other = new Client({ ...mock.account, domain: url, ...PLAIN });
  const { room_id } = await create(other, "从端口");
  assert.equal((await client.room.info({ room_id })).title, "从端口");
  await other.video.upload(file(Buffer.alloc(100_000), { name: "a.mp4" }), { definition: 16 });
  const came = await (await fetch(`${url}/_mock/requests`)).json();
  assert.equal(came.at(-1).operation, "video.upload_file");
  const before = mock.now();
  await fetch(`${url}/_mock/clock`, { method: "POST", body: '{"advance": 60}' });
  assert.ok(mock.now() >= before + 60_000);
  mock.misbehave({ dropsEvery: 1 });
  await assert.rejects(other.room.list(), TransportError);
  await close();
  await assert.rejects(other.room.list(), TransportError);
  await assert.rejects(mock.listen({ port: 70_000 }), RangeError);
});

test("wrong settings are told when it is made, by the names that they have here", () => {
  const wrong = [
    [null, /not null/],
    [[], /not an array/],
    [{ strikt: true }, /no "strikt", only domain, .*, strict, /],
    [{ rate: -1 }, /rate must be a whole number from 0 to 4294967295, not -1/],
    [{ rate: NaN, strict: 1 }, /rate must be .* not NaN; strict must be true or false, not 1/],
    [{ rate: "5" }, /rate must be .* not a text/],
    [{ transcoding: Infinity }, /transcoding must be .* not Infinity/],
    [{ domain: "" }, /domain must be a text, not an empty text/],
    [{ partnerId: 1.5 }, /partnerId must be a text or a whole number, not 1\.5/],
    [{ partnerKey: 8_675_309 }, /partnerKey must be a text, not a number$/],
    [{ partnerKey: "\ud800" }, /partnerKey must be without half characters/],
    [{ now: 5 }, /now must be a function, not 5/],
    [{ post: {} }, /post must be a function, not an object/],
    [{ misbehave: 5 }, /misbehave must be an object, not 5/],
    [{ misbehave: { errorEvery: 1 } }, /misbehave: there is no "errorEvery", only latency, errorsEvery, /],
    [{ misbehave: { errors_every: 1 } }, /no "errors_every", only latency, errorsEvery, /],
    [{ misbehave: { throttlesWith200: 1, uploadsBreakAt: 1.5 } }, /throttlesWith200 must be true or false, not 1; uploadsBreakAt must be .* not 1\.5/],
    [{ answers: [] }, /answers must be an object, not an array/],
    [{ answers: { "room.lsit": {} } }, /room\.list/],
    [{ answers: { "room.list": { data: "\ud83d" } } }, /data holds half a character/],
    [{ paths: { "room.list": "room" } }, /paths must be an object of operations and paths that begin with \//],
    [{ paths: { "room.lsit": "/openapi/x" } }, /room\.list/],
  ];
  for (const [options, why] of wrong) {
    assert.throws(() => createMock(options), (error) => error instanceof TypeError && why.test(error.message) && !/_/.test(error.message.replace(/errors_every|unknown_operation/, "")), `${why}`);
  }
  for (const fine of [undefined, {}, { rate: undefined, misbehave: {} }, { partnerId: 10_001 }, { answers: { "room.list": { data: { id: 7n } } } }]) createMock(fine);
  assert.equal(createMock({ partnerId: 9_007_199_254_740_993n }).account.partnerId, "9007199254740993");
});

test("so are wrong faults, answers, fields, times and ports", async (t) => {
  const { mock } = world(t);
  assert.throws(() => mock.misbehave({ errorEvery: 1 }), /misbehave: there is no "errorEvery", only latency, errorsEvery, /);
  assert.throws(() => mock.misbehave({ latency: -1 }), /latency must be a whole number .* not -1/);
  mock.misbehave();
  const self = {};
  self.self = self;
  for (const wrong of [undefined, 5, "x", [], { "room.list": null }, { "room.list": { data: self } }, { "room.list": () => ({}) }, { "room.list": { data: { total: Infinity } } }]) assert.throws(() => mock.answers(wrong), TypeError);
  assert.throws(() => mock.answers({ "room.list": { data: "x".repeat(17 << 20) } }), /the body has more than 16777216 bytes/);
  for (const [name, fields] of [[undefined], [null], [5], [Symbol("x")], ["class_event", 5], ["class_event", []], ["class_event", self], ["class_event", { op: "\ud800" }], ["class_event", { op: NaN }], ["class_event", { op: () => "start" }], ["class_event", { op: Symbol("x") }]]) {
    await assert.rejects(mock.trigger(name, fields), TypeError);
  }
  for (const port of ["x", NaN, -1, 1.5, 65_536, {}]) await assert.rejects(mock.listen({ port }), /listen: port must be a whole number from 0 to 65535/);
  for (const options of [3000, null, "x", { prot: 1 }]) await assert.rejects(mock.listen(options), TypeError);
});

test("the key is the one that the service has now, and the mock does not show it", async (t) => {
  const { mock, client } = world(t);
  const { partner_key } = await client.partner.getKey({ secret_key: "s", regenerate: 1 });
  assert.equal(mock.account.partnerKey, partner_key);
  await new Client({ ...mock.account, http: mock.executor, ...PLAIN }).room.list();
  assert.ok(!`${inspect(mock, { depth: 9 })}${JSON.stringify(mock)}`.includes(partner_key));
});

test("closing ends what is under way, and what is used again goes on", async (t) => {
  const { mock, client } = world(t, { misbehave: { latency: 3_600_000 }, post: () => new Promise(() => {}) });
  const { url } = await mock.listen();
  const other = new Client({ ...mock.account, domain: url, ...PLAIN });
  const never = new ReadableStream({ pull: () => new Promise(() => {}) });
  const body = { method: "POST", url: `${url}/openapi/doc/uploadDoc`, headers: { "content-type": "multipart/form-data; boundary=x" }, body: never };
  const calls = [client.room.info({ room_id: 1 }), other.room.info({ room_id: 1 }), mock.executor(body)];
  const ended = Promise.allSettled(calls);
  // What came after them was answered: they have begun.
  await fetch(`${url}/_mock/requests`);
  await Promise.all([mock.close(), mock.close()]);
  for (const { status, reason } of await ended) {
    assert.equal(status, "rejected");
    assert.ok(reason instanceof TransportError || /the mock was closed/.test(reason.message), reason);
  }
  mock.misbehave();
  assert.equal((await client.room.list()).total, 0);
  const listening = mock.listen();
  await mock.close();
  await assert.rejects(fetch((await listening).url));
  const again = await mock.listen();
  assert.equal((await fetch(`${again.url}/_mock/requests`)).status, 200);
  await again.close();
  await again.close();
});

test("closing ends the posts that are under way and those that wait", async (t) => {
  let posted = 0;
  let begun;
  const began = new Promise((resolve) => (begun = resolve));
  const { mock, client } = world(t, { post: () => (posted++, begun(), new Promise(() => {})) });
  await client.liveAccount.setClassCallbackUrl({ url: "https://school.example/callbacks" });
  const triggered = [mock.trigger("class_event"), mock.trigger("class_event")];
  await began;
  await mock.close();
  for (const { error } of await Promise.all(triggered)) assert.equal(error, "the mock was closed");
  assert.equal(posted, 1);
});

test("whatever the reason is by which a call is given up, nothing of it stays", async (t) => {
  const { mock } = world(t, { misbehave: { latency: 3_600_000 } });
  const gone = { method: "POST", url: "https://mock.invalid/openapi/room/list" };
  for (const reason of ["", null, 0, Object.create(null), new Error("gone")]) {
    const controller = new AbortController();
    const call = mock.executor({ ...gone, signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(call, (thrown) => thrown === reason);
    await assert.rejects(mock.executor({ ...gone, signal: controller.signal }), (thrown) => thrown === reason);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  }
  // One that broke off is told; one that was never sent is not.
  assert.equal(mock.received().length, 5);
});

test("a body that is none, or breaks, is told", async (t) => {
  const { mock } = world(t);
  const send = (body) =>
    mock.executor({ method: "POST", url: "https://mock.invalid/openapi/doc/uploadDoc", headers: { "content-type": "multipart/form-data; boundary=x" }, body });
  const pieces = async function* (piece) {
    yield piece;
  };
  for (const body of [5, {}, [], new URLSearchParams("a=1"), new FormData()]) await assert.rejects(send(body), /the body of a request is an? \w+: text, bytes, a Blob or a stream/);
  for (const piece of ["a text", 5, undefined]) await assert.rejects(send(pieces(piece)), /a piece of the body is .* no bytes/);
  const broken = new ReadableStream({ pull: (controller) => controller.error(Object.create(null)) });
  await assert.rejects(send(broken), (thrown) => Object.getPrototypeOf(thrown) === null);
  for (const body of [null, undefined, "", new Uint8Array()]) assert.match((await send(body)).body, /1001/);
});

test("a body of any size is taken in pieces", async (t) => {
  const { mock, client } = world(t);
  const size = 200_000_000;
  const megabyte = new Uint8Array(1_000_000);
  const content = () => ReadableStream.from((function* () { for (let sent = 0; sent < size; sent += megabyte.length) yield megabyte; })());
  const { fid } = await client.doc.upload({ attachment: file(content, { name: "a.pdf", size }) });
  assert.equal((await client.doc.listAll({ type: "all" })).list.find((doc) => doc.fid === fid).size, size);
  const long = { method: "POST", url: "https://mock.invalid/openapi/room/list", body: `a=${"x".repeat(50_000_000)}` };
  assert.match((await mock.executor(long)).body, /请求体过大/);
});

test("a clock that gives no time is told, and does not stop what follows", async (t) => {
  let now = Date.now;
  const { mock, client } = world(t, { now: () => now(), post: () => ({ status: 500, body: "" }) });
  await client.liveAccount.setClassCallbackUrl({ url: "https://school.example/callbacks" });
  await mock.trigger("class_event");
  const broken = () => {
    throw new Error("no clock");
  };
  for (const [given, why] of [[broken, /no clock/], [() => NaN, /now gave NaN/], [() => 5n, /now gave a bigint/], [() => new Date(), /now gave a Date/], [() => "5", /now gave a text/]]) {
    now = given;
    await assert.rejects(client.room.list(), why);
    await assert.rejects(mock.trigger("class_event"), why);
    await assert.rejects(mock.advance(1), why);
    assert.throws(() => mock.now(), why);
  }
  now = Date.now;
  assert.equal((await mock.trigger("class_event")).answer.status, 500);
  await mock.advance(60_000);
  assert.deepEqual(mock.posted().map(({ attempt }) => attempt).sort(), [1, 1, 2, 2, 3, 3]);
});

test("over a port too: what the owner's functions throw is told", async (t) => {
  let now = Date.now;
  const { mock } = world(t, { now: () => now() });
  const { url } = await mock.listen();
  now = () => {
    throw new Error("no clock");
  };
  const response = await fetch(`${url}/openapi/room/list`);
  now = Date.now;
  assert.deepEqual([response.status, await response.text()], [500, "the mock: no clock"]);
});

test("two mocks know nothing of each other", async (t) => {
  const [one, other] = [world(t), world(t)];
  await create(one.client);
  assert.equal((await other.client.room.list()).total, 0);
});

test("each callback has a connection of its own", async (t) => {
  let connections = 0;
  const receiver = createServer((_, response) => response.end('{"code":0}')).on("connection", () => (connections += 1));
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  t.after(() => receiver.close());
  const { mock, client } = world(t);
  await client.liveAccount.setClassCallbackUrl({ url: `http://127.0.0.1:${receiver.address().port}/` });
  for (let count = 1; count <= 3; count += 1) {
    assert.equal((await mock.trigger("class_event", { op: "start" })).taken, true);
    assert.equal(connections, count);
  }
});

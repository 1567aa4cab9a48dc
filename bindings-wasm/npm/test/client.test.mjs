import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { Client, InvalidAccountError, InvalidParametersError, UnknownOperationError, file } from "baijiayun";

import { ACCOUNT, KEY, answering, envelope } from "./support/fakes.mjs";

const form = (request) => Object.fromEntries(new URLSearchParams(request.body));

/** What a call sends, without what every call sends. */
async function sent(call, ...answers) {
  const { client, requests } = answering(answers.length > 0 ? answers : [envelope(null)]);
  await call(client);
  const { partner_id, timestamp, sign, ...rest } = form(requests[0]);
  assert.equal(partner_id, "12345678");
  assert.match(timestamp, /^\d{10}$/);
  assert.match(sign, /^[0-9a-f]{32}$/);
  return rest;
}

test("what is missing of an account is told at once", () => {
  for (const missing of ["domain", "partnerId", "partnerKey"]) {
    assert.throws(
      () => new Client({ ...ACCOUNT, [missing]: undefined }),
      (error) => error instanceof InvalidAccountError && error.reason.startsWith(`${missing}`),
    );
  }
  assert.throws(() => new Client({ ...ACCOUNT, signer: () => "" }), InvalidAccountError);
});

test("what is wrong with an account is told when the client is made", () => {
  for (const wrong of [{ domain: "a b" }, { partnerId: "12 34" }, { paths: { "room.info": "x" } }, { attempts: -1 }]) {
    assert.throws(
      () => answering([envelope(null)], wrong),
      (error) => error instanceof InvalidAccountError && !inspect(error).includes(KEY),
      JSON.stringify(wrong),
    );
  }
});

test("the key is not shown", async () => {
  const { client } = answering([envelope(null)]);
  await client.room.info({ room_id: 1 });
  for (const text of [inspect(client, { depth: 9, showHidden: true }), JSON.stringify(client), String(client)]) {
    assert.ok(!text.includes(KEY));
  }
});

test("an account can be given as numbers", async () => {
  const { client, requests } = answering([envelope(null)], { partnerId: 12345678n });
  await client.room.info({ room_id: 1 });
  assert.equal(form(requests[0]).partner_id, "12345678");
});

test("ids are exact in and out", async () => {
  for (const id of ["9223372036854775807", 9223372036854775807n]) {
    assert.deepEqual(await sent((client) => client.room.info({ room_id: id })), { room_id: "9223372036854775807" });
  }
  const data = '{"code":0,"data":{"room_id":9223372036854775807,"title":"a"},"msg":"","ts":1}';
  const { client } = answering([{ status: 200, body: data }]);
  assert.equal((await client.room.info({ room_id: 1 })).room_id, "9223372036854775807");
});

test("numbers that JavaScript does not keep are refused", async () => {
  const { client, requests } = answering([envelope(null)]);
  const refused = [9007199254740993, -9007199254740993, NaN, Infinity, () => 1, Symbol("a")];
  for (const room_id of refused) {
    const error = await client.room.info({ room_id }).then(assert.fail, (error) => error);
    assert.ok(error instanceof InvalidParametersError, String(room_id));
    assert.equal(error.operation, "room.info");
    assert.deepEqual(
      error.faults.map(({ parameter, kind }) => [parameter, kind]),
      [["room_id", "wrong_type"]],
    );
  }
  assert.equal(requests.length, 0);
});

test("points in time may be Dates", async () => {
  const start_time = new Date("2017-08-01T08:20:08Z");
  const params = { title: "a", start_time, end_time: 1501579208 };
  assert.deepEqual(await sent((client) => client.room.create(params)), {
    title: "a",
    start_time: "1501575608",
    end_time: "1501579208",
  });
  // A day is one of UTC+8.
  const days = { start_date: new Date("2021-08-23T15:30:00Z"), end_date: new Date("2021-08-23T16:30:00Z") };
  const day = await sent((client) => client.liveAccount.getDailyPeakUsers(days));
  assert.deepEqual(day, { start_date: "2021-08-23", end_date: "2021-08-24" });
  await assert.rejects(
    sent((client) => client.room.create({ ...params, start_time: new Date("no") })),
    InvalidParametersError,
  );
});

test("what is undefined or null is not sent", async () => {
  const call = (client) => client.room.info({ room_id: 1, extra: undefined, other: null });
  assert.deepEqual(await sent(call), { room_id: "1" });
});

test("names and texts of any kind arrive as they are", async () => {
  const { client, requests } = answering([envelope(null)]);
  const texts = ["a\u001eb\u001f1", '\\"\n', "\u0000", "😀", "=&\u2028", ""];
  for (const text of texts) {
    const params = { [`n${text}`]: text, flag: true, number: -0.5, none: undefined, nested: { [text]: [text, null] } };
    await client.callPath("/openapi/new", params);
    const { n, ...form } = Object.fromEntries(new URLSearchParams(requests.pop().body));
    assert.equal(form[`n${text}`] ?? n, text);
    assert.deepEqual([form.flag, form.number], ["1", "-0.5"]);
    assert.deepEqual(JSON.parse(form.nested), params.nested);
    assert.ok(!("none" in form));
  }
  for (const params of [{ "\ud800": 1 }, { a: "\udc00" }, { a: ["\ud800"] }]) {
    await assert.rejects(client.callPath("/openapi/new", params), InvalidParametersError);
  }
  assert.equal(requests.length, 0);
});

test("lists, objects and numbers in them", async () => {
  const call = (client) => client.playback.getPlayerTokens({ room_ids: [12n, "13", 14], expires_in: 60 });
  assert.deepEqual(await sent(call), { room_ids: "12,13,14", expires_in: "60" });
  const messages = [{ from: { id: 9223372036854775807n }, at: new Date(0) }];
  const { client, requests } = answering([envelope(null)]);
  await client.callPath("/openapi/x", { messages });
  assert.equal(form(requests[0]).messages, '[{"from":{"id":"9223372036854775807"},"at":0}]');
});

test("all faults are told at once, and nothing is sent", async () => {
  const { client, requests } = answering([envelope(null)]);
  const error = await client.room
    .create({ title: 5n, start_time: "x", unknown: 1 })
    .then(assert.fail, (error) => error);
  assert.ok(error instanceof InvalidParametersError);
  assert.deepEqual(
    new Set(error.faults.map((fault) => fault.parameter)),
    new Set(["start_time", "end_time", "unknown"]),
  );
  assert.equal(requests.length, 0);
});

test("extra parameters are sent unchecked", async () => {
  const call = (client) => client.room.info({ room_id: 1 }, { extra: { later: true, big: 12345678901234567890n } });
  assert.deepEqual(await sent(call), { room_id: "1", later: "1", big: "12345678901234567890" });
});

test("calls by name and by path", async () => {
  assert.deepEqual(await sent((client) => client.call("room.info", { room_id: 1 })), { room_id: "1" });
  const { client, requests } = answering([envelope({ a: [1, "1"] })]);
  assert.deepEqual(await client.callPath("/openapi/new/thing", { a: 1 }), { a: [1, "1"] });
  assert.equal(requests[0].url, "https://school.at.baijiayun.com/openapi/new/thing");
  await client.callPath("/openapi/new/thing", { a: "b c" }, { method: "GET" });
  assert.equal(requests[1].method, "GET");
  assert.equal(new URL(requests[1].url).searchParams.get("a"), "b c");
  assert.equal(requests[1].body, undefined);
  await assert.rejects(client.call("room.nothing"), UnknownOperationError);
});

test("paths that were found out take the place of guesses", async () => {
  const { client, requests } = answering([envelope(null)], { paths: { "room.info": "/openapi/found" } });
  await client.room.info({ room_id: 1 });
  assert.equal(requests[0].url, "https://school.at.baijiayun.com/openapi/found");
});

test("details are the data with all that is known", async () => {
  const { client } = answering([envelope({ room_id: "x", title: 5 }, { msg: "fine" })]);
  const promise = client.room.info({ room_id: 1 });
  assert.ok(promise instanceof Promise);
  const { data, msg, ts, departures, trace } = await promise.withDetails();
  assert.deepEqual(data, await promise);
  assert.equal(msg, "fine");
  assert.equal(ts, 1501572288);
  assert.deepEqual(
    departures.filter(({ found }) => found !== "nothing").map(({ path }) => path),
    ["room_id"],
  );
  assert.deepEqual(trace, { attempts: 1, waited: 0, storeDown: false, budgetExhausted: false });
  assert.ok(promise.then((data) => data) instanceof Promise);
});

test("a call is made whether it is awaited or not", async () => {
  const { client, requests } = answering([envelope(null)]);
  client.room.info({ room_id: 1 });
  await new Promise(setImmediate);
  assert.equal(requests.length, 1);
});

test("files need a name", async () => {
  const { client, requests } = answering([envelope(null)]);
  const nameless = [
    new Uint8Array(1),
    new ArrayBuffer(1),
    new Blob(["a"]),
    new Blob(["a"]).stream(),
    (async function* () {})(),
  ];
  for (const attachment of nameless) {
    const error = await client.doc.upload({ attachment }).then(assert.fail, (error) => error);
    assert.ok(error instanceof InvalidParametersError);
    assert.match(error.faults[0].message, /give file\(/);
  }
  const nested = await client.callPath("/x", { a: [file(new Uint8Array(1), { name: "a" })] }).catch((error) => error);
  assert.ok(nested instanceof InvalidParametersError);
  assert.equal(requests.length, 0);
});

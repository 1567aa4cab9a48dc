// The shared vectors in tests/vectors, which an independent reference made.
import assert from "node:assert/strict";
import { test } from "node:test";

import { BaijiayunError, Client, file } from "baijiayun";

import { ACCOUNT, UNLIMITED, answering, at, vectors } from "./support/fakes.mjs";

/** Stops a call once its request is known. */
const stop = new Error("not sent");

async function requestOf(account, operation, params, unix) {
  let sent;
  const client = new Client({
    domain: account.domain,
    partnerId: account.partner_id,
    partnerKey: account.partner_key,
    ...UNLIMITED,
    http: async (request) => {
      sent = request;
      throw stop;
    },
  });
  await at(unix, () => client.call(operation, params, { retry: "never" })).catch((error) => {
    if (error.cause !== stop) throw error;
  });
  return sent;
}

const sorted = (rows) => rows.map((row) => [...row]).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

test("requests are those of the reference", async () => {
  const cases = vectors("requests");
  assert.ok(cases.length > 500);
  for (const { name, operation, account, timestamp, params, expect } of cases) {
    const given = Object.fromEntries(
      Object.entries(params).map(([key, value]) =>
        value?.file ? [key, file(new Uint8Array(value.file.size).fill(120), { name: value.file.name })] : [key, value],
      ),
    );
    const request = await requestOf(account, operation, given, timestamp);
    assert.equal(request.method, expect.method, name);
    const [address, query] = request.url.split("?");
    assert.equal(request.method === "GET" ? address : request.url, expect.url, name);
    let pairs;
    const files = [];
    if (expect.encoding === "multipart") {
      const type = request.headers["content-type"];
      const form = await new Response(request.body, { headers: { "content-type": type } }).formData();
      pairs = [...form].filter(([, value]) => typeof value === "string");
      for (const [key, value] of form) {
        if (typeof value !== "string") files.push({ name: key, file: value.name, size: value.size });
      }
      assert.ok(Number(request.headers["content-length"]) > 0, name);
    } else {
      const form = expect.encoding === "form";
      assert.equal(request.headers["content-type"], form ? "application/x-www-form-urlencoded" : undefined, name);
      pairs = [...new URLSearchParams(form ? request.body : query)];
    }
    assert.deepEqual(sorted(pairs), sorted(expect.pairs), name);
    const byName = (a, b) => (a.name < b.name ? -1 : 1);
    assert.deepEqual(files.sort(byName), [...expect.files].sort(byName), name);
  }
});

/** Equal, where ids are text here and may be numbers in the vectors. */
function assertSame(actual, expected, path) {
  const integer = typeof expected === "bigint" || Number.isInteger(expected);
  if (integer && typeof actual === "string") {
    assert.equal(actual, String(expected), path);
  } else if (typeof expected === "object" && expected !== null) {
    assert.equal(Array.isArray(actual), Array.isArray(expected), path);
    assert.deepEqual(Object.keys(actual ?? {}).sort(), Object.keys(expected).sort(), path);
    for (const [key, value] of Object.entries(expected)) assertSame(actual[key], value, `${path}.${key}`);
  } else {
    assert.equal(actual, expected, path);
  }
}

test("answers are straightened like the reference does", async () => {
  const cases = vectors("answers");
  assert.ok(cases.length > 1000);
  let body;
  const { client } = answering([() => body]);
  const paths = vectors("requests").reduce((all, vector) => all.set(vector.operation, vector.params), new Map());
  const inputs = (operation) =>
    Object.fromEntries(
      Object.entries(paths.get(operation) ?? {}).map(([key, value]) => [
        key,
        value?.file ? file(new Uint8Array(value.file.size), { name: value.file.name }) : value,
      ]),
    );
  for (const vector of cases) {
    body = { status: vector.status, body: vector.body };
    const call = client.call(vector.operation, inputs(vector.operation), { retry: "never" });
    if ("data" in vector) {
      const { data, departures } = await call.withDetails();
      assertSame(data, vector.typed ?? vector.data, vector.name);
      const told = new Set(departures.map(({ path }) => path));
      assert.deepEqual([...told].sort(), vector.departures ?? [], vector.name);
    } else {
      const error = await call.then(assert.fail, (error) => error);
      assert.ok(error instanceof BaijiayunError, `${vector.name}: ${error}`);
      assert.equal(error.kind, vector.error.kind, `${vector.name}: ${error}`);
      assert.equal(error.code, vector.error.code ?? null, vector.name);
      if (vector.error.msg !== undefined) assert.equal(error.reason, vector.error.msg, vector.name);
      assert.equal(error.body ?? "", vector.body, vector.name);
    }
  }
});

test("answers that are not quite JSON arrive and are told", async () => {
  for (const { name, operation, body, body_hex, data, departures } of vectors("unruly")) {
    const bytes = body_hex === undefined ? Buffer.from(body) : Buffer.from(body_hex, "hex");
    const { client } = answering([() => ({ status: 200, body: bytes })]);
    const params = operation === "room.info" ? { room_id: 1 } : {};
    const told = await client.call(operation, params).withDetails();
    assertSame(told.data, data, name);
    assert.deepEqual(told.departures.map(({ path }) => path).sort(), departures, name);
  }
});

test("callbacks are read like the reference does", () => {
  const cases = vectors("callbacks");
  assert.ok(cases.length > 10);
  for (const { name: what, content_type, body, key, error, expect } of cases) {
    const client = new Client({ ...ACCOUNT, partnerKey: key });
    const parse = () => client.callbacks.parse(body, content_type, { tolerance: null });
    if (error !== null) {
      assert.throws(parse, { name: "CallbackError", kind: error }, what);
      continue;
    }
    const { name, qid, timestamp, data, departures } = parse();
    assert.deepEqual({ name, qid, timestamp }, { name: expect.name, qid: expect.qid, timestamp: expect.timestamp });
    assertSame(data, expect.typed ?? expect.data, what);
    assert.deepEqual(departures.map(({ path }) => path).sort(), expect.departures ?? [], what);
  }
});

test("links are those of the reference", async () => {
  const cases = vectors("links");
  assert.ok(cases.length > 40);
  for (const { link, params, url, account, canonical, refused } of cases) {
    const options = { domain: account.domain, partnerId: account.partner_id };
    const { links } = new Client({ ...options, partnerKey: account.partner_key });
    const { showControls, width, height, ...frame } = params;
    const number = (text) => (text === undefined ? undefined : Number(text));
    const make = {
      enter_room: () => links.enterRoom(params),
      prepare: () => links.prepare(params),
      quick_enter: () => links.quickEnter(params),
      code_player: () =>
        links.codePlayer({
          ...frame,
          width: number(width),
          height: number(height),
          show_controls: showControls && showControls === "true",
        }),
      mobile_video_player: () => links.mobileVideoPlayer({ video_id: params.vid, token: params.token }),
      video_player: () => links.videoPlayer({ video_id: params.vid, token: params.token }),
      playback: () => links.playback({ room_id: params.classid, session_id: params.session_id, token: params.token }),
    }[link];
    if (refused) {
      const names = ({ kind, faults }) => {
        assert.equal(kind, "invalid_parameters");
        assert.deepEqual(faults.map(({ parameter }) => parameter).sort(), refused);
        return true;
      };
      assert.throws(make, names);
      if (link === "enter_room") {
        const remote = new Client({ ...options, signer: assert.fail });
        await assert.rejects(remote.links.enterRoomAsync(params), names, "the signer is not asked");
      }
      continue;
    }
    const made = make();
    const parts = (address) => [address.split("?")[0], sorted([...new URL(address).searchParams])];
    assert.deepEqual(parts(made), parts(url));
    if (link === "enter_room") {
      const signer = async (text) => {
        assert.equal(text, canonical);
        return new URL(url).searchParams.get("sign");
      };
      const remote = new Client({ ...options, signer });
      assert.equal(await remote.links.enterRoomAsync(params), made);
      assert.equal(
        await new Client({ ...options, partnerKey: account.partner_key }).links.enterRoomAsync(params),
        made,
      );
    }
  }
});

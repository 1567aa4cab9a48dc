// promise-vectors: promises.json
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, file } from "baijiayun";

import { UNLIMITED, at, vectors } from "./support/fakes.mjs";

const camel = (name) => name.replace(/_[a-z]/g, (part) => part[1].toUpperCase());
/** JSON has no words for these. */
const NUMBERS = { NaN, Infinity };
const inCamel = (object = {}) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), NUMBERS[value] ?? value]));

/** What becomes of a case: what was sent, how long it would wait, what it is told. */
async function outcome(t, { client: given, call, walk, link, answers = [], unix = 1_501_572_288 }) {
  const { settings, signer, ...account } = given;
  const queue = [...answers];
  const out = { sent: undefined, waits: [], departures: [], rows: [], queue };
  let waiting;
  const http = async (request) => {
    out.sent ??= { url: request.url, body: typeof request.body === "string" ? request.body : await new Response(request.body).text() };
    const { status, body, repeat = 1, pad = 0, headers } = queue.shift() ?? { status: 200, body: '{"code":0}' };
    return { status, headers, body: body.repeat(repeat) + " ".repeat(pad) };
  };
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (run, time, ...rest) => {
    out.waits.push(time);
    if (call && answers.length > 0 && queue.length === 0) waiting();
    return setTimeout(run, time, ...rest);
  });
  try {
    const options = { domain: "demo", partnerId: "12345678", ...(signer === undefined && { partnerKey: "the partner key" }) };
    const client = new Client({
      ...options,
      ...inCamel(account),
      ...inCamel(settings),
      ...(signer !== undefined && { signer: async () => signer }),
      ...UNLIMITED,
      http,
    });
    // One that waits for its next attempt has said what it had to.
    waiting = () => queueMicrotask(() => client.close({ within: 60_000 }));
    await at(unix, async () => {
      if (link) return client.links.enterRoomAsync(link.params);
      if (walk) {
        const [resource, method] = walk.name.split(".").map(camel);
        for await (const row of client[resource][method](walk.params)) out.rows.push(Number(row.room_id));
        return undefined;
      }
      if (!call) return undefined;
      const params = { ...call.params };
      if (call.file) params[call.file.param] = file(new TextEncoder().encode(call.file.content), { name: call.file.name });
      const asked = call.name ? client.call(call.name, params, inCamel(call.options)) : client.callPath(call.path, params);
      out.departures = (await asked.withDetails()).departures.map(({ path }) => path);
      return undefined;
    });
  } catch (error) {
    out.error = error;
  } finally {
    globalThis.setTimeout.mock?.restore();
  }
  return out;
}

/** The words have the names that settings have here. */
const inOurs = (text) =>
  text.replace(/\b(attempt_timeout|upload_deadline|max_answer|allow_http|partner_id|partner_key)\b/g, camel);

test("what all packages promise", async (t) => {
  let run = 0;
  for (const vector of vectors("promises")) {
    if (vector.not_in?.includes("javascript")) continue;
    const what = `${vector.promise}: ${vector.name}`;
    const { error, sent, waits, departures, rows, queue } = await outcome(t, vector);
    run++;
    if (vector.error) {
      const { kind, message, hidden, body_bytes, retry_after_ms } = vector.error;
      assert.equal(error?.kind, kind, `${what}: ${error?.stack}`);
      assert.ok(error.reason.includes(message) || error.reason.includes(inOurs(message)), `${what}: ${error}`);
      if (hidden) assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(hidden), what);
      if (body_bytes) assert.equal(error.body.length, body_bytes, what);
      if (retry_after_ms !== undefined) assert.equal(error.retryAfter, retry_after_ms, what);
    } else if (vector.wait_ms) {
      const [least, most] = vector.wait_ms;
      assert.ok(waits.some((time) => time >= least && time <= most), `${what}: ${waits}`);
    } else {
      assert.equal(error, undefined, `${what}: ${error?.stack}`);
    }
    if (vector.sent?.url) assert.equal(sent.url, vector.sent.url, what);
    if (vector.sent?.form_ends) assert.ok(sent.body.endsWith(vector.sent.form_ends), `${what}: ${sent.body}`);
    if (vector.sent?.pair) assert.equal(new URLSearchParams(sent.body).get(vector.sent.pair[0]), vector.sent.pair[1], what);
    if (vector.sent?.part) {
      const { name, filename, type } = vector.sent.part;
      const head = `name="${name}"; filename="${filename}"\r\nContent-Type: ${type}\r\n`;
      assert.ok(sent.body.includes(head), `${what}: ${sent.body}`);
    }
    if (vector.rows) assert.deepEqual([rows, queue], [vector.rows, []], what);
    if (vector.departures) assert.deepEqual(departures, vector.departures, what);
  }
  assert.ok(run > 130, `${run} were run`);
});

// What all packages promise, row by row of tests/promises/promises.yaml. Each test names the rows that it claims.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { deflateSync, gzipSync } from "node:zlib";

import {
  AnswerError,
  BaijiayunError,
  CallbackError,
  Client,
  ClosedError,
  ConnectError,
  InvalidAccountError,
  InvalidParametersError,
  SigningError,
  TimeoutError,
  TransportError,
  file,
  reviveError,
} from "baijiayun";

import { uploadVideo } from "baijiayun/upload";

import { ACCOUNT, KEY, UNLIMITED, answering, envelope, event, serve } from "./support/fakes.mjs";

const info = (client, options) => client.room.info({ room_id: 1 }, options);
const create = (client, options) => client.room.create({ title: "a", start_time: 1, end_time: 2 }, options);
const failure = (promise) => promise.then((value) => assert.fail(`it gave ${JSON.stringify(value)}`), (error) => error);
const never = () => new Promise(() => {});
const QUOTA = { quota: { requests: 200, seconds: 10 } };

/** A test that nothing holds back for long. */
const soon = (what, run) => test(what, { timeout: 20_000 }, run);

// promise: store_never_answers, promise: default_store_patience
soon("a store that never answers is down after half a second", async () => {
  const { client } = answering([envelope(null)], { ...QUOTA, store: { evaluate: never } });
  const begun = performance.now();
  const { trace } = await info(client).withDetails();
  assert.ok(trace.storeDown);
  assert.ok(performance.now() - begun >= 490);
  // Then it rests: the next call asks it no more.
  const other = answering([envelope(null)], { ...QUOTA, store: { evaluate: never }, deadline: 100 });
  await failure(info(other.client)).catch(() => {});
});

// promise: store_never_answers_claims
soon("claims and releases do not hang on a store", async () => {
  const { client } = answering([envelope(null)], { store: { evaluate: never } });
  assert.equal(await client.callbacks.claim(event("1")), true);
  assert.equal(await client.callbacks.claim(event("1")), false);
  await client.callbacks.release(event("1"));
  assert.equal(await client.callbacks.claim(event("1")), true);
});

// promise: store_fails, promise: store_answers_nonsense
soon("a store that fails or answers nonsense is down", async () => {
  const refuse = () => {
    throw undefined;
  };
  const answers = [undefined, null, NaN, Infinity, -1, 1.5, "0", "text", 0n, true, [0], {}, Symbol("a"), () => 0];
  for (const evaluate of [refuse, async () => refuse(), ...answers.map((answer) => () => answer)]) {
    const { client } = answering([envelope(null)], { ...QUOTA, store: { evaluate } });
    const { trace } = await info(client).withDetails();
    assert.ok(trace.storeDown, String(evaluate));
    assert.equal(await client.callbacks.claim(event("1")), true);
    assert.equal(await client.callbacks.claim(event("1")), false);
  }
});

// promise: signer_never_answers
soon("a signer that never answers", async () => {
  const { client, requests } = answering([envelope(null)], { partnerKey: undefined, signer: never, deadline: 50 });
  const error = await failure(info(client));
  assert.ok(error instanceof TimeoutError, String(error));
  assert.match(error.reason, /the signer gave no answer before the deadline; nothing was sent/);
  assert.equal(requests.length, 0);
  await assert.rejects(client.links.enterRoomAsync({ room_id: 1, user_number: 2, user_name: "a" }), SigningError);
});

// promise: addresses_never_answer
soon("a server of yours that never says where to upload", async () => {
  const hooks = { getUploadUrl: never, getResumeUploadUrl: never, deadline: 30 };
  const video = new File(["a"], "a.mp4");
  assert.equal((await failure(uploadVideo(video, hooks))).kind, "timeout");
  const error = await failure(uploadVideo(video, { ...hooks, videoId: "5" }));
  assert.deepEqual([error.kind, error.videoId], ["timeout", "5"]);
});

// promise: default_chunk_size
soon("a chunk has 5 MiB", async () => {
  const sent = [];
  const address = { video_id: "1", upload_url: "https://upload.example/" };
  const http = async (request) => {
    if (!request.url.startsWith("https://upload")) return envelope(address);
    sent.push([request.headers["content-range"], (await new Response(request.body).arrayBuffer()).byteLength]);
    return { status: 200, body: '{"code":1,"fid":1,"msg":"success"}' };
  };
  const client = new Client({ ...ACCOUNT, ...UNLIMITED, http });
  await client.video.upload(file(new Uint8Array(6 << 20), { name: "a.mp4" }), { definition: 16 });
  assert.deepEqual(sent, [
    ["bytes 1-5242880/6291456", 5_242_880],
    ["bytes 5242881-6291456/6291456", 1_048_576],
  ]);
});

// promise: default_callback_clock
soon("a callback may be 300 s from the clock", async () => {
  const { client } = answering([envelope(null)]);
  const sign = (text) => createHash("md5").update(text).digest("hex");
  const posted = (timestamp) => {
    const fields = { qid: "1", timestamp: String(timestamp) };
    const text = Object.keys(fields).sort().map((name) => `${name}=${fields[name]}`).join("&");
    return JSON.stringify({ ...fields, sign: sign(`${text}&partner_key=${KEY}`) });
  };
  const now = Math.floor(Date.now() / 1000);
  for (const age of [-298, 298]) client.callbacks.parse(posted(now + age), "application/json");
  for (const age of [-303, 303]) {
    assert.throws(() => client.callbacks.parse(posted(now + age), "application/json"), { kind: "callback_clock" });
  }
});

// promise: signer_fails
soon("a signer that fails", async () => {
  for (const thrown of [new Error("not allowed"), undefined, "text"]) {
    const signer = () => {
      throw thrown;
    };
    const { client, requests } = answering([envelope(null)], { partnerKey: undefined, signer });
    assert.equal((await failure(info(client))).kind, "signing");
    assert.equal(requests.length, 0);
  }
});

// promise: signature_checked, promise: signature_checked_in_links
soon("what a signer gives has to be a signature", async () => {
  const given = ["", "zz", "A".repeat(32), `${"a".repeat(32)}\n`, "g".repeat(32), null, undefined, 5, {}];
  for (const signature of given) {
    const { client, requests } = answering([envelope(null)], { partnerKey: undefined, signer: async () => signature });
    const error = await failure(info(client));
    assert.ok(error instanceof SigningError && /the signer gave/.test(error.reason), String(error));
    assert.equal(requests.length, 0);
    const link = await failure(client.links.enterRoomAsync({ room_id: 1, user_number: 2, user_name: "a" }));
    assert.ok(link instanceof SigningError && /the signer gave/.test(link.reason), String(link));
  }
});

// promise: executor_never_answers, promise: executor_too_late
soon("an executor that never answers, or too late", async () => {
  const late = () => new Promise((resolve) => setTimeout(resolve, 2000, envelope({ title: "late" })).unref());
  for (const http of [never, late, async () => ({ status: 200, arrayBuffer: never, body: new ReadableStream(), headers: new Headers() })]) {
    for (const limit of [{ deadline: 20 }, { attemptTimeout: 20, attempts: 1 }]) {
      const client = new Client({ ...ACCOUNT, ...UNLIMITED, http });
      const error = await failure(create(client, limit));
      assert.ok(error instanceof TimeoutError, String(error));
    }
  }
});

// promise: attempt_bounds_whole_exchange
soon("the time of an attempt bounds headers and body", async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(" "), 5);
    response.on("close", () => clearInterval(drip));
  });
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 200 OK\r\n");
    const drip = setInterval(() => socket.write("x"), 5);
    socket.on("close", () => clearInterval(drip));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  for (const domain of [url, `http://127.0.0.1:${server.address().port}`]) {
    const client = new Client({ ...ACCOUNT, ...UNLIMITED, domain });
    await assert.rejects(info(client, { attemptTimeout: 60, attempts: 1 }), TimeoutError);
    await assert.rejects(info(client, { deadline: 60 }), TimeoutError);
  }
});

// promise: executor_fails, promise: causes_hold_no_address
soon("an executor that fails is an error of ours", async () => {
  for (const thrown of [undefined, null, "text", 5, {}, new Error("mine"), Object.create(null)]) {
    const http = () => {
      throw thrown;
    };
    const client = new Client({ ...ACCOUNT, ...UNLIMITED, http, attempts: 1 });
    const error = await failure(info(client));
    assert.ok(error instanceof TransportError, String(error));
  }
  const quoting = async (request) => {
    throw new Error(`cannot get ${request.url}`, { cause: new Error(request.url) });
  };
  const client = new Client({ ...ACCOUNT, ...UNLIMITED, http: quoting, attempts: 1 });
  const error = await failure(client.callPath("/openapi/x", { a: 1 }, { method: "GET" }));
  for (let cause = error; cause; cause = cause.cause) assert.ok(!/sign=/.test(`${cause.message}${cause.stack}`), cause.stack);
});

// promise: executor_answers_nonsense
soon("an executor that gives something else", async () => {
  const given = [null, undefined, 5, "text", [], {}, { status: "200", body: "" }, { status: 0, body: "" }, { status: NaN }];
  const bodies = [null, undefined, 5, {}, new Blob(["a"])].map((body) => ({ status: 200, body }));
  for (const answer of [...given, ...bodies]) {
    const client = new Client({ ...ACCOUNT, ...UNLIMITED, http: async () => answer, attempts: 1 });
    const error = await failure(info(client));
    assert.equal(error.kind, "misuse", String(error));
    assert.match(error.reason, /^the executor gave/);
  }
});

const LIMIT = 8 << 20;

// promise: answer_over_limit, promise: default_max_answer, promise: answer_limit_per_client, promise: answer_limit_per_call
soon("an answer over the limit is not read to its end", async (t) => {
  let read = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          read += 1 << 16;
          controller.enqueue(new Uint8Array(1 << 16).fill(32));
        },
      }),
    );
  const limits = [
    [{}, {}, LIMIT],
    [{ maxAnswer: 100_000 }, {}, 100_000],
    [{ maxAnswer: 100_000 }, { maxAnswer: 300_000 }, 300_000],
  ];
  for (const [options, ofCall, limit] of limits) {
    read = 0;
    const { client, requests } = answering([endless], options);
    const error = await failure(info(client, ofCall));
    assert.ok(error instanceof AnswerError && error.kind === "too_large", String(error));
    assert.match(error.reason, new RegExp(`the answer is longer than ${limit} bytes`));
    assert.match(error.hint, /maxAnswer/);
    assert.ok(read <= limit + (1 << 18), `${read} bytes were read`);
    assert.equal(requests.length, 1, "it is not asked again");
  }
  // Of one that says its length nothing is read.
  let closed;
  const url = await serve(t, (_, response) => {
    closed = once(response, "close");
    response.writeHead(200, { "content-length": 50_000_000 }).write("{");
  });
  assert.equal((await failure(info(new Client({ ...ACCOUNT, ...UNLIMITED, domain: url })))).kind, "too_large");
  await closed;
  for (const body of [new Uint8Array(LIMIT + 1), " ".repeat(LIMIT + 1)]) {
    assert.equal((await failure(info(answering([{ status: 200, body }]).client))).kind, "too_large");
  }
});

// promise: answer_limit_of_decoded, promise: compressed_answers, promise: two_codings_refused, promise: default_codings
soon("answers in gzip and deflate", async (t) => {
  const text = Buffer.from(envelope({ title: "教室" }).body);
  const bomb = gzipSync(Buffer.alloc(50 << 20, 32));
  const answers = {
    "/gzip": ["gzip", gzipSync(text)],
    "/deflate": ["deflate", deflateSync(text)],
    "/bomb": ["gzip", bomb],
    "/twice": ["gzip, gzip", gzipSync(gzipSync(text))],
    "/zstd": ["zstd", text],
  };
  let asked;
  const url = await serve(t, (request, response) => {
    asked = request.headers["accept-encoding"];
    const [coding, body] = answers[request.url];
    response.writeHead(200, { "content-encoding": coding }).end(body);
  });
  const client = new Client({ ...ACCOUNT, ...UNLIMITED, domain: url, attempts: 1 });
  assert.equal((await client.callPath("/gzip")).title, "教室");
  assert.match(asked, /gzip, deflate/);
  assert.equal((await client.callPath("/deflate")).title, "教室");
  assert.equal((await failure(client.callPath("/bomb"))).kind, "too_large");
  for (const path of ["/twice", "/zstd"]) {
    const error = await failure(client.callPath(path));
    assert.ok(error.kind === "transport" && /coded as/.test(error.reason), String(error));
  }
});

// promise: eight_large_answers
soon("eight answers of 50 MB at once in a process of 256 MB of heap", async (t) => {
  const text = JSON.stringify({ code: 0, data: { list: Array.from({ length: 1000 }, (_, id) => ({ id, title: "x".repeat(900) })) }, msg: "", ts: 1 });
  const url = await serve(t, (request, response) => {
    if (request.url === "/openapi/small") return response.end(envelope({ fine: true }).body);
    // Without its length, so that it has to be counted.
    let left = 55;
    const more = () => {
      while (left-- > 0) if (!response.write(text)) return response.once("drain", more);
      response.end();
    };
    more();
  });
  const program = `
    import { Client } from "baijiayun";
    const client = new Client(${JSON.stringify({ ...ACCOUNT, ...UNLIMITED, domain: url })});
    const calls = Array.from({ length: 8 }, () => client.callPath("/openapi/large").catch((error) => error.kind));
    const kinds = await Promise.all(calls);
    console.log(JSON.stringify({ kinds, after: await client.callPath("/openapi/small"), rss: process.memoryUsage().rss }));
  `;
  const run = spawn(process.execPath, ["--max-old-space-size=256", "--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  run.stdout.on("data", (data) => (out += data));
  const [code] = await once(run, "exit");
  assert.equal(code, 0);
  const { kinds, after, rss } = JSON.parse(out);
  assert.deepEqual(kinds, Array(8).fill("too_large"));
  assert.deepEqual(after, { fine: true });
  assert.ok(rss < 512e6, `${rss} bytes`);
});

// promise: error_keeps_little, promise: default_error_body
soon("an error keeps little of a body", async () => {
  const { client } = answering([{ status: 500, body: "<html>".padEnd(3 << 20, "x") }], { attempts: 1 });
  const error = await failure(info(client));
  assert.equal(error.status, 500);
  assert.equal(error.body.length, 65_536);
  assert.ok(error.message.length < 2000);
});

// promise: callback_over_limit, promise: default_callback_size
soon("a callback over the limit is malformed", async () => {
  const { client } = answering([envelope(null)]);
  const body = new Uint8Array((4 << 20) + 1);
  assert.throws(() => client.callbacks.parse(body, ""), (error) => error instanceof CallbackError && error.kind === "callback_malformed");
  const response = await client.callbacks.handle(new Request("http://a", { method: "POST", body }), assert.fail);
  assert.equal(response.status, 401);
});

// promise: close_ends_waiting, promise: close_refuses_new, promise: close_twice
soon("closing ends the calls that wait", async () => {
  const quota = { requests: 1, seconds: 100 };
  const { client, requests } = answering([envelope(null)], { quota });
  await info(client);
  const waiting = [failure(info(client))];
  const signing = answering([envelope(null)], { partnerKey: undefined, signer: never });
  waiting.push(failure(info(signing.client)));
  const storing = answering([envelope(null)], { ...QUOTA, store: { evaluate: never } });
  waiting.push(failure(info(storing.client)));
  const retrying = answering([{ status: 503, body: "" }], { attempts: 9 });
  const again = failure(info(retrying.client));
  while (retrying.requests.length === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  const all = [client, signing.client, storing.client, retrying.client];
  await Promise.all(all.map((client) => client.close()));
  for (const error of await Promise.all(waiting)) {
    assert.ok(error instanceof ClosedError && error.kind === "closed", String(error));
    assert.match(error.reason, /the client was closed; nothing was sent/);
  }
  await again;
  assert.equal(requests.length, 1);
  await Promise.all(all.map((client) => client.close()));
  for (const client of all) await assert.rejects(info(client), ClosedError);
  const unused = answering([envelope(null)]);
  await unused.client.close();
  await assert.rejects(info(unused.client), ClosedError);
});

// promise: close_lets_finish, promise: default_close_within
soon("calls under way may finish", async (t) => {
  let answer;
  const timer = t.mock.method(globalThis, "setTimeout");
  const { client, requests } = answering([() => new Promise((resolve) => (answer = resolve))]);
  const call = info(client);
  while (!answer) await new Promise(setImmediate);
  const closing = client.close();
  assert.equal(timer.mock.calls.at(-1).arguments[1], 30_000);
  answer(envelope({ title: "a" }));
  assert.equal((await call).title, "a");
  await closing;
  // But they are not tried again.
  const other = answering([() => new Promise((resolve) => (answer = resolve))]);
  answer = undefined;
  const failing = failure(info(other.client));
  while (!answer) await new Promise(setImmediate);
  const ending = other.client.close();
  answer({ status: 503, body: "" });
  assert.equal((await failing).kind, "http_status");
  await ending;
  assert.equal(requests.length + other.requests.length, 2);
});

// promise: close_ends_in_flight
soon("calls under way end when their time is over", async () => {
  const { client, requests } = answering([never]);
  const call = failure(create(client));
  while (requests.length === 0) await new Promise(setImmediate);
  const { signal } = requests[0];
  await client.close({ within: 10 });
  const error = await call;
  assert.ok(error instanceof ClosedError, String(error));
  assert.match(error.reason, /the client was closed while the request was under way/);
  assert.ok(signal.aborted);
});

// promise: domain_checked, promise: http_refused_for_vendor, promise: partner_id_checked, promise: partner_key_checked
// promise: null_is_refused, promise: default_keys_not_trimmed
soon("an account that cannot be right is refused when the client is made", () => {
  const wrong = [
    ...["a b", "a/b", "https://a.com/x", "https://a.com?x=1", "https://a.com#x", "https://u:p@a.com", "https://a.com:99999", "a\n"].map((domain) => ({ domain })),
    { domain: "http://demo.at.baijiayun.com" },
    ...["12 34", "abc", KEY, "1".repeat(21)].map((partnerId) => ({ partnerId })),
    ...[`${KEY}\n`, ` ${KEY}`, `\ufeff${KEY}`, "a\nb"].map((partnerKey) => ({ partnerKey })),
    ...[null, undefined, ""].flatMap((none) => [{ domain: none }, { partnerId: none }, { partnerKey: none }]),
    { domain: 5 },
    { partnerKey: 5 },
    { callbackKeys: [`${KEY}\n`] },
  ];
  for (const options of wrong) {
    assert.throws(
      () => new Client({ ...ACCOUNT, ...options }),
      (error) => {
        assert.ok(error instanceof InvalidAccountError, `${JSON.stringify(options)}: ${error}`);
        return !error.message.includes(KEY);
      },
    );
  }
  new Client({ ...ACCOUNT, domain: "http://demo.at.baijiayun.com", allowHttp: true });
  new Client({ ...ACCOUNT, domain: "http://127.0.0.1:8080" });
});

// promise: settings_checked, promise: unknown_setting_refused
soon("settings that cannot be meant are refused, by their names here", async () => {
  const times = [NaN, Infinity, -Infinity, -1, 0, 1e308, "5", 5n, 31 * 86_400_000];
  const wrong = [
    ...times.flatMap((time) => ["attemptTimeout", "deadline", "uploadDeadline"].map((name) => [name, time])),
    ...[0, -1, 1.5, NaN, Infinity, "3", 2 ** 33].map((attempts) => ["attempts", attempts]),
    ...[0, -1, 0.5, NaN, 2 ** 31].map((bytes) => ["maxAnswer", bytes]),
    ["priority", "urgent"],
    ["quota", { requests: NaN, seconds: 10 }],
    ["quota", { requests: 10, seconds: 0 }],
    ["deadlines", 5],
    ["max_answer", 5],
  ];
  const { client, requests } = answering([envelope(null)]);
  for (const [name, value] of wrong) {
    const naming = (kind) => (error) => {
      assert.ok(error instanceof kind, `${name} ${String(value)}: ${error}`);
      return error.message.includes(name);
    };
    assert.throws(() => new Client({ ...ACCOUNT, [name]: value }), naming(InvalidAccountError));
    if (name !== "quota" && name !== "uploadDeadline") {
      await assert.rejects(info(client, { [name]: value }), naming(InvalidParametersError));
    }
  }
  assert.equal(requests.length, 0);
});

// promise: call_path_checked, promise: call_path_query, promise: call_path_method
soon("callPath takes paths only", async () => {
  const { client, requests } = answering([envelope(null)]);
  const paths = ["openapi/x", "//evil.com/x", "/@evil.com", "/a\\b", "/a#b", "/../x", "/a b", "/a\nb", "/a\u0000", "/x?a=1", "", null];
  for (const path of paths) assert.equal((await failure(client.callPath(path, {}))).kind, "invalid_parameters", String(path));
  for (const method of ["PUT", "get", "", null, "GET /a\nPOST"]) {
    assert.equal((await failure(client.callPath("/x", {}, { method }))).kind, "invalid_parameters", String(method));
  }
  assert.equal(requests.length, 0);
});

// promise: call_path_dates
soon("Dates where nothing is described are unix seconds", async () => {
  const { client, requests } = answering([envelope(null)]);
  const at = new Date(1_501_572_288_999);
  await client.callPath("/openapi/x", { at, list: [at], deep: { at } });
  await info(client, { extra: { at } });
  const [path, extra] = requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  assert.equal(path.at, "1501572288");
  assert.ok(path.list.includes("1501572288") && !path.list.includes("unix_ms"), path.list);
  assert.equal(path.deep, '{"at":1501572288}');
  assert.equal(extra.at, "1501572288");
  await assert.rejects(client.callPath("/openapi/x", { at: new Date(NaN) }), InvalidParametersError);
});

// promise: list_element_null
soon("an element that is null is named", async () => {
  const { client, requests } = answering([envelope(null)]);
  const error = await failure(client.playback.getPlayerTokens({ room_ids: [1, null] }));
  assert.ok(error instanceof InvalidParametersError && /room_ids\[1\] is null/.test(error.reason), String(error));
  assert.equal(requests.length, 0);
});

// promise: list_missing
soon("a list that is missing shows itself", async () => {
  const { client } = answering([envelope({}), envelope({ total: 5 })]);
  const { departures } = await client.video.list().withDetails();
  assert.ok(departures.some(({ path }) => path === "list"));
  const walk = async () => {
    for await (const row of client.video.list()) assert.fail(String(row));
  };
  assert.equal((await failure(walk())).kind, "decode", "a walk must not end without a sign");
});

// promise: retry_after_read, promise: default_retry_after_cap
soon("odd Retry-After headers", async (t) => {
  t.mock.method(Math, "random", () => 0);
  for (const value of ["-1", "NaN", "1e3", "soon", "", "0x10", "Infinity"]) {
    const { client } = answering([{ status: 429, headers: { "retry-after": value }, body: "" }, envelope({ title: "a" })]);
    const { trace } = await info(client).withDetails();
    assert.ok(trace.attempts === 2 && trace.waited < 5, `${value}: ${trace.waited}`);
  }
  for (const value of ["61", "9".repeat(400), new Date(Date.now() + 3_600_000).toUTCString()]) {
    const { client } = answering([{ status: 429, headers: { "retry-after": value }, body: "" }]);
    assert.equal((await failure(info(client))).kind, "throttled", value);
  }
});

// promise: redirect_named, promise: default_redirects
soon("a redirect is named, and asked once", async (t) => {
  let asked = 0;
  const url = await serve(t, (_, response) => {
    asked++;
    response.writeHead(302, { location: "https://elsewhere.example/openapi/room/info?sign=abc" }).end();
  });
  const error = await failure(info(new Client({ ...ACCOUNT, ...UNLIMITED, domain: url })));
  assert.ok(error instanceof AnswerError && error.kind === "http_status", String(error));
  assert.match(error.reason, /redirect to https:\/\/elsewhere\.example\/openapi\/room\/info/);
  assert.ok(!error.message.includes("abc"));
  assert.equal(error.status, 302);
  assert.equal(asked, 1);
});

// promise: error_survives_clone
soon("an error that went to another thread", async () => {
  const answers = [envelope(null, { code: 3001, msg: "房间号不存在: [a]\nb" }), { status: 503, body: "busy" }, new Error("reset: x")];
  for (const answer of answers) {
    const error = await failure(info(answering([answer], { attempts: 1 }).client));
    const { port1, port2 } = new MessageChannel();
    port1.postMessage({ clone: error, json: error.toJSON() });
    const [{ clone, json }] = await once(port2, "message");
    port1.close();
    for (const arrived of [clone, json, JSON.parse(JSON.stringify(error))]) {
      const revived = reviveError(arrived);
      assert.ok(revived instanceof error.constructor, String(revived));
      for (const name of ["kind", "code", "status", "operation", "reason", "hint", "message"]) {
        // What has a code is said by it: then the words leave the status out.
        if (name === "status" && arrived === clone && error.code !== null) continue;
        assert.deepEqual(revived[name], error[name], name);
      }
    }
    assert.equal(clone.message, error.message);
    assert.deepEqual(reviveError(json).trace, error.trace);
  }
  for (const other of [new Error("x"), new TypeError("a: b"), null, undefined, 5, {}]) assert.equal(reviveError(other), other);
});

// promise: never_left_dns, promise: never_left_refused, promise: never_left_proxy, promise: broken_may_have_left, promise: changing_sent_once
soon("what never left, and what may have", async (t) => {
  t.mock.method(Math, "random", () => 0);
  const code = (name, more) => Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(name), { code: name, ...more }) });
  // As undici has it, through its fetch and without.
  const refused = Object.assign(new Error("Proxy response (407) !== 200 when HTTP Tunneling"), { name: "AbortError", code: "UND_ERR_ABORTED" });
  const fetched = new TypeError("fetch failed", { cause: Object.assign(new DOMException("Request was cancelled."), { cause: refused }) });
  for (const thrown of [refused, fetched, code("ENOTFOUND", { syscall: "getaddrinfo" }), code("ECONNREFUSED", { syscall: "connect" }), code("EHOSTUNREACH", { syscall: "connect" })]) {
    const { client, requests } = answering([thrown, envelope({ room_id: "5" })]);
    await create(client);
    assert.equal(requests.length, 2);
    assert.ok((await failure(create(answering([thrown], { attempts: 1 }).client))) instanceof ConnectError);
  }
  for (const thrown of [code("EHOSTUNREACH", { syscall: "read" }), code("ENETUNREACH", { syscall: "write" }), code("EPIPE"), code("ECONNRESET"), code("UND_ERR_ABORTED")]) {
    const { client, requests } = answering([thrown, envelope({ room_id: "5" })]);
    assert.equal((await failure(create(client))).kind, "transport");
    assert.equal(requests.length, 1);
  }
});

// promise: never_left_tls
soon("a certificate that is not trusted", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "baijiayun-tls-"));
  const files = [`${dir}/key.pem`, `${dir}/cert.pem`];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", files[0], "-out", files[1], "-days", "2", "-subj", "/CN=localhost"];
  if (spawnSync("openssl", args).status !== 0) return t.skip("openssl is not there");
  const [key, cert] = files.map((path) => readFileSync(path));
  rmSync(dir, { recursive: true });
  const server = createTlsServer({ key, cert }, assert.fail);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const plain = createTcpServer((socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await once(plain.listen(0, "127.0.0.1"), "listening");
  t.after(() => (server.close(), plain.close()));
  for (const { port } of [server.address(), plain.address()]) {
    const client = new Client({ ...ACCOUNT, ...UNLIMITED, domain: `https://127.0.0.1:${port}` });
    const error = await failure(create(client));
    assert.ok(error instanceof ConnectError, String(error));
    assert.match(error.message, /NODE_EXTRA_CA_CERTS/);
    assert.equal(error.trace.attempts, 1, "it is not tried again");
  }
});

// promise: part_content_types, promise: part_names_safe
soon("parts of files", async () => {
  const bodies = [];
  const http = async (request) => (bodies.push(await new Response(request.body).text()), envelope(null));
  const client = new Client({ ...ACCOUNT, ...UNLIMITED, http });
  await client.doc.upload({ attachment: file(new Uint8Array(1), { name: 'a"b\r\nc: d\u0000\u0007.pdf' }) });
  assert.match(bodies[0], /filename="a%22b%0D%0Ac: d\.pdf"\r\nContent-Type: application\/pdf\r\n/);
  await client.doc.upload({ attachment: file(new Uint8Array(1), { name: "a.pdf", type: "text/plain" }) });
  assert.match(bodies[1], /Content-Type: text\/plain\r\n/);
  for (const type of ["a\r\nb: c", "a\u0000", "类型"]) {
    assert.throws(() => file(new Uint8Array(1), { name: "a.pdf", type }), (error) => error instanceof BaijiayunError && error.kind === "file");
  }
});

// promise: default_attempts, promise: default_attempt_timeout, promise: default_deadline, promise: default_upload_deadline
soon("the defaults", async (t) => {
  t.mock.method(Math, "random", () => 0);
  const { client, requests } = answering([{ status: 503, body: "" }]);
  await failure(info(client));
  assert.equal(requests.length, 3);
  assert.equal(requests[0].timeout, 30_000);
  const patient = answering([envelope(null)], { attemptTimeout: 86_400_000 });
  await info(patient.client);
  assert.equal(patient.requests[0].timeout, 120_000);
  const sending = answering([envelope(null)]);
  await sending.client.doc.upload({ attachment: file(new Uint8Array(1), { name: "a" }) });
  assert.equal(sending.requests[0].timeout, 3_600_000);
});

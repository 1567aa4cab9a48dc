// From end to end in a browser, against the mock: what pages do that Node does not, and what only a browser can refuse.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { startMock } from "../../support/mock.mjs";
import { install } from "../../support/project.mjs";
import { needsChromium } from "../../support/requirements.mjs";
import { openBrowser, openPage, serve } from "../../support/web.mjs";

test("browser", needsChromium, async (t) => {
  const project = await install("browser");
  const account = await startMock(t);
  const browser = await openBrowser(t);

  /** A page, its account, and `run`: evaluates a function in the page with the account and more arguments. */
  async function open(t, { account: its = account, ...options } = {}) {
    const origin = await serve(t, project, its, options);
    const opened = await openPage(browser, origin);
    const run = (body, ...args) => opened.page.evaluate(body, [{ ...its, domain: origin }, ...args]);
    return { ...opened, origin, run };
  }

  await t.test("rooms are created, and listed one by one and by pages", async (t) => {
    const { run } = await open(t);
    const found = await run(async ([account]) => {
      const client = new baijiayun.Client(account);
      const created = [];
      for (const title of ["高一", "高二", "高三", "高四", "高五"]) {
        const [start_time, end_time] = [1, 2].map((hours) => new Date(Date.now() + hours * 3600_000));
        created.push((await client.room.create({ title, start_time, end_time })).room_id);
      }
      const rooms = [];
      for await (const { room_id } of client.room.list({ title: "高", limit: 2 })) rooms.push(room_id);
      const pages = [];
      for await (const { rows, total } of client.room.list({ title: "高", limit: 2 }).pages()) {
        pages.push([rows.length, total]);
      }
      const { data, trace } = await client.room.list({ title: "高", limit: 2 }).withDetails();
      return { created: created.sort(), rooms: rooms.sort(), pages, one: data.list.length, attempts: trace.attempts };
    });
    assert.equal(new Set(found.created).size, 5);
    assert.deepEqual(found.rooms, found.created);
    assert.deepEqual(found.pages, [[2, 5], [2, 5], [1, 5]]);
    assert.deepEqual([found.one, found.attempts], [2, 1]);
  });

  /** Uploads a Blob of 2 MiB; `bodies` are what was posted. */
  async function upload(t, options = {}) {
    const bodies = [];
    const special = (request) => {
      if (request.url.startsWith("/upload") && request.method === "POST") {
        const chunks = [];
        request.on("data", (chunk) => chunks.push(chunk));
        request.on("close", () => bodies.push(Buffer.concat(chunks)));
      }
      return false;
    };
    const { run } = await open(t, { special, ...options });
    const sent = await run(
      async ([account, size, host]) => {
        const client = new baijiayun.Client(host ? { ...account, domain: host } : account);
        const blob = new Blob([Uint8Array.from({ length: size }, (_, at) => at * 31 + (at >> 8))]);
        const told = [];
        const onProgress = (sent, of) => told.push([sent, of]);
        const file = baijiayun.file(blob, { name: "第一课.mp4" });
        const { video_id, resumes } = await client.video.upload(file, { definition: [16, 2] }, { onProgress });
        const { name, total_size } = await client.video.info({ video_id });
        return { told, resumes, name, total_size };
      },
      SIZE,
      options.host,
    );
    return { ...sent, bodies };
  }

  const SIZE = 2 << 20;
  const content = Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => at * 31 + (at >> 8)));

  function assertGrows(told) {
    assert.ok(told.length > 0, "nothing was told");
    assert.ok(told.every(([, of]) => of === SIZE));
    assert.ok(told.every(([sent], at) => at === 0 || sent > told[at - 1][0]), JSON.stringify(told));
    assert.deepEqual(told.at(-1), [SIZE, SIZE]);
  }

  await t.test("a Blob is uploaded, and its progress told", async (t) => {
    const { told, resumes, name, total_size, bodies } = await upload(t);
    assertGrows(told);
    assert.deepEqual([resumes, name, total_size], [0, "第一课.mp4", SIZE]);
    assert.equal(bodies.length, 1);
    assert.ok(bodies[0].includes(content), "its bytes are those of the Blob");
  });

  await t.test("an upload that breaks off goes on where it was", async (t) => {
    const breaking = await startMock(t, "--uploads-break-at", String(SIZE / 2), "--uploads-keep-parts");
    const { told, resumes, total_size, bodies } = await upload(t, { account: breaking });
    assertGrows(told);
    assert.deepEqual([resumes, total_size], [1, SIZE]);
    // Browsers repeat a request by themselves if an old connection broke.
    const last = bodies.at(-1);
    assert.ok(bodies.length > 1 && last.includes(content.subarray(SIZE / 2)), "the rest is sent");
    assert.ok(!last.includes(content.subarray(SIZE / 2 - 1)), "and not more");
  });

  await t.test("a file that a user chose is sent", async (t) => {
    const { page, run } = await open(t);
    await page.setInputFiles("input", { name: "讲义.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF") });
    const { fid, name } = await run(async ([account]) => {
      const client = new baijiayun.Client(account);
      const attachment = document.querySelector("input").files[0];
      const { fid } = await client.doc.upload({ attachment });
      return { fid, name: attachment.name };
    });
    assert.equal(typeof fid, "string");
    assert.equal(name, "讲义.pdf");
  });

  await t.test("hosts that allow it are called from pages of another", async (t) => {
    const allowing = (request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "content-type");
      if (request.method !== "OPTIONS") return false;
      response.writeHead(204).end();
      return true;
    };
    const host = await serve(t, project, account, { special: allowing });
    const { told, total_size } = await upload(t, { host });
    assertGrows(told);
    assert.equal(total_size, SIZE);
  });

  await t.test("hosts that do not allow it are an error of the transport", async (t) => {
    const host = await serve(t, project, account);
    const { run } = await open(t);
    const found = await run(
      async ([account, domain]) => {
        const error = await new baijiayun.Client({ ...account, domain }).room.list().catch((error) => error);
        return [error instanceof baijiayun.TransportError, error.cause instanceof TypeError, error.trace.attempts];
      },
      host,
    );
    assert.deepEqual(found, [true, true, 3]);
  });

  await t.test("a signer on the server signs, and the key never reaches the page", async (t) => {
    const { partnerKey, ...keyless } = account;
    const asked = [];
    const special = (request, response) => {
      if (request.url !== "/sign") return false;
      let text = "";
      request.on("data", (chunk) => (text += chunk));
      request.on("end", () => {
        asked.push(text);
        // A server that refuses: the page says so.
        if (text.includes("title=forbidden")) return response.writeHead(403).end();
        response.end(createHash("md5").update(`${text}&partner_key=${partnerKey}`).digest("hex"));
      });
      return true;
    };
    const origin = await serve(t, project, account, { special });
    const { page } = await openPage(browser, "about:blank");
    const received = [];
    page.on("response", (response) => received.push(response.body().catch(() => Buffer.alloc(0))));
    await page.goto(origin);
    const found = await page.evaluate(
      async (account) => {
        const signer = async (body) => {
          const answer = await fetch("/sign", { method: "POST", body });
          if (!answer.ok) throw new Error(`the server does not sign: ${answer.status}`);
          return answer.text();
        };
        const client = new baijiayun.Client({ ...account, signer });
        const [start_time, end_time] = [1, 2].map((hours) => new Date(Date.now() + hours * 3600_000));
        const { room_id } = await client.room.create({ title: "signed elsewhere", start_time, end_time });
        const { title } = await client.room.info({ room_id });
        const link = await client.links.enterRoomAsync({ room_id, user_number: 7, user_name: "王" });
        const forbidden = { title: "forbidden", start_time, end_time };
        const error = await client.room.create(forbidden).catch((error) => error);
        const refused = [error instanceof baijiayun.SigningError, error.message];
        const unsigned = (() => {
          try {
            return client.links.enterRoom({ room_id, user_number: 7, user_name: "王" });
          } catch (error) {
            return [error instanceof baijiayun.SigningError, error.hint];
          }
        })();
        return { title, sign: new URL(link).searchParams.get("sign"), refused, unsigned };
      },
      { ...keyless, domain: origin },
    );
    assert.equal(found.title, "signed elsewhere");
    assert.match(found.sign, /^[0-9a-f]{32}$/);
    assert.ok(found.refused[0]);
    assert.match(found.refused[1], /the server does not sign: 403/);
    assert.ok(found.unsigned[0]);
    assert.match(found.unsigned[1], /enterRoomAsync/);
    assert.equal(asked.length, 4, "two calls, a link, and one that is refused");
    const all = Buffer.concat(await Promise.all(received)).toString();
    assert.ok(all.includes("signed elsewhere"), "what the page received was seen");
    assert.ok(!all.includes(partnerKey));
  });

  await t.test("errors have their classes and say what to do", async (t) => {
    const special = (request, response) => {
      if (request.url === "/openapi/cut") request.destroy();
      else if (request.url === "/openapi/page") response.writeHead(200, { "content-type": "text/html" }).end("<html>");
      else if (request.url === "/openapi/elsewhere") response.writeHead(302, { location: "/openapi/page" }).end();
      else return request.url === "/openapi/silent";
      return true;
    };
    const { run } = await open(t, { special });
    const found = await run(async ([account]) => {
      const client = new baijiayun.Client(account);
      const stranger = new baijiayun.Client({ ...account, partnerKey: "of another account" });
      const calls = {
        RoomNotFoundError: () => client.room.info({ room_id: 1 }),
        SignatureError: () => stranger.room.list(),
        PathNotFoundError: () => client.callPath("/openapi/nowhere"),
        InvalidParametersError: () => client.room.info({ room_id: 9007199254740993 }),
        UnknownOperationError: () => client.call("room.open"),
        TransportError: () => client.callPath("/openapi/cut", {}, { attempts: 1 }),
        AnswerError: () => client.callPath("/openapi/page", {}, { attempts: 1 }),
        TimeoutError: () => client.callPath("/openapi/silent", {}, { attemptTimeout: 50, attempts: 1 }),
        InvalidAccountError: async () => new baijiayun.Client({ ...account, dangerouslyAllowBrowser: false }),
      };
      const named = {};
      for (const [name, call] of Object.entries(calls)) {
        const error = await call().then(() => undefined, (error) => error);
        const is = error instanceof baijiayun[name] && error instanceof baijiayun.BaijiayunError;
        named[name] = is ? error.name : String(error);
      }
      const redirected = await client.callPath("/openapi/elsewhere", {}, { attempts: 1 }).catch((error) => error);
      const message = String(await client.room.info({ room_id: 1 }).catch((error) => error));
      const shown = JSON.stringify(await stranger.room.list().catch((error) => ({ ...error, text: String(error) })));
      return { named, redirected: redirected.reason, message, shown };
    });
    assert.deepEqual(found.named, Object.fromEntries(Object.keys(found.named).map((name) => [name, name])));
    assert.match(found.redirected, /redirect/);
    assert.match(found.message, /^RoomNotFoundError: room\.info.*3001/);
    assert.match(found.shown, /signature_rejected/);
    assert.ok(!found.shown.includes("of another account"));
  });

  await t.test("a call that is aborted ends at once, and its request with it", async (t) => {
    const { promise: arrived, resolve: arrive } = withResolvers();
    const { promise: closed, resolve: close } = withResolvers();
    const special = (request, response) => {
      if (request.url !== "/openapi/silent") return false;
      response.on("close", close);
      arrive();
      return true;
    };
    const { page, run } = await open(t, { special });
    await run(([account]) => {
      window.controller = new AbortController();
      const { signal } = controller;
      const client = new baijiayun.Client(account);
      window.called = client.callPath("/openapi/silent", {}, { signal }).catch((error) => error);
    });
    // If it fails, it does not arrive.
    await Promise.race([arrived, page.evaluate(() => called.then(String))]);
    const found = await page.evaluate(async () => {
      controller.abort(new Error("the user went away"));
      return String(await called);
    });
    assert.equal(found, "Error: the user went away");
    await closed;
  });

  await t.test("so is an upload", async (t) => {
    const { promise: arrived, resolve: arrive } = withResolvers();
    const { promise: closed, resolve: close } = withResolvers();
    const special = (request, response) => {
      if (!request.url.startsWith("/upload")) return false;
      request.resume();
      response.on("close", close);
      arrive();
      return true;
    };
    const { page, run } = await open(t, { special });
    await run(([account]) => {
      window.controller = new AbortController();
      const client = new baijiayun.Client(account);
      const file = baijiayun.file(new Blob([new Uint8Array(16 << 20)]), { name: "a.mp4" });
      const { signal } = controller;
      window.called = client.video.upload(file, { definition: [16] }, { signal }).catch((error) => error);
    });
    // If it fails, it does not arrive.
    await Promise.race([arrived, page.evaluate(() => called.then(String))]);
    const found = await page.evaluate(async () => {
      controller.abort();
      const error = await called;
      return [error.name, error instanceof DOMException];
    });
    assert.deepEqual(found, ["AbortError", true]);
    await closed;
  });

  await t.test("AbortSignal.timeout ends a call too", async (t) => {
    const { run } = await open(t, { special: (request) => request.url === "/openapi/silent" });
    const found = await run(async ([account]) => {
      const client = new baijiayun.Client(account);
      const signal = AbortSignal.timeout(20);
      return client.callPath("/openapi/silent", {}, { signal }).catch((error) => error.name);
    });
    assert.equal(found, "TimeoutError");
  });
});

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

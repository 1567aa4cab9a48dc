import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inspect } from "node:util";

import * as main from "baijiayun";
import * as inline from "baijiayun/inline";

import { answering, envelope, source } from "./support/fakes.mjs";

const { ApiError, BaijiayunError, RoomNotFoundError, TransportError } = main;

/** The names of the core's ErrorKind, from its source. */
const KINDS = [...source("core/src/error/kind.rs").matchAll(/^ +[A-Z]\w+ => "(\w+)",$/gm)].map(([, kind]) => kind);

/** What a call fails with when the engine says that it failed like this: the engine speaks JSON. */
async function failing(kind) {
  const { client } = answering([new Error("not to be sent")]);
  const failed = { step: "failed", trace: { attempts: 0, waited: 0 }, error: { kind, message: "why" } };
  const { parse } = JSON;
  JSON.parse = (text, ...rest) => (text.startsWith('{"step":') ? failed : parse(text, ...rest));
  try {
    return await client.room.info({ room_id: 1 }).then(assert.fail, (error) => error);
  } finally {
    JSON.parse = parse;
  }
}

test("every kind of the core has a class", async () => {
  assert.equal(KINDS.length, 32);
  for (const kind of KINDS) {
    const error = await failing(kind);
    assert.ok(error instanceof BaijiayunError && error.constructor !== BaijiayunError, kind);
    assert.equal(error.kind, kind);
    assert.equal(main[error.name], error.constructor, `${error.name} is exported`);
  }
});

test("codes of the service are classes", async () => {
  const classes = {
    404: "PathNotFoundError",
    1001: "ParameterRejectedError",
    1002: "SignatureError",
    2001: "AccountNotFoundError",
    2002: "PermissionError",
    2003: "LiveNotOpenError",
    3001: "RoomNotFoundError",
    3002: "RoomDeletedError",
    4001: "UploadFailedError",
    5002: "VideoNotFoundError",
    1: "ApiError",
    77777: "ApiError",
  };
  for (const [code, name] of Object.entries(classes)) {
    const { client } = answering([envelope(null, { code: Number(code), msg: "房间号不存在" })]);
    const error = await client.room.info({ room_id: 1 }).catch((error) => error);
    assert.equal(error.name, name);
    assert.ok(error instanceof main[name] && error instanceof ApiError && !(error instanceof TransportError));
    assert.equal(error.code, Number(code));
    assert.equal(error.reason, "房间号不存在");
    assert.equal(error.operation, "room.info");
    assert.equal(error.ts, 1501572288);
    assert.equal(error.status, 200);
    assert.deepEqual(error.trace, { attempts: 1, waited: 0, storeDown: false, budgetExhausted: false });
    assert.match(error.message, /^room\.info: the service answered \d+ \(\w+\): 房间号不存在/);
  }
});

const BODY = `<html>${"the answer, ".repeat(50)}the end</html>`;

test("the answer is kept, but only its beginning is shown", async () => {
  const { client } = answering([{ status: 502, body: BODY }]);
  const error = await client.room.info({ room_id: 1 }, { retry: "never" }).catch((error) => error);
  assert.ok(error instanceof main.AnswerError);
  assert.equal(error.status, 502);
  assert.equal(error.body, BODY);
  assert.match(error.message, /HTTP 502 .*it begins: <html>/);
  assert.ok(!inspect(error).includes("the end"));
  assert.ok(!JSON.stringify(error).includes("the end"));
});

test("instanceof goes across the copies of the package", async () => {
  const { client } = answering([envelope(null, { code: 3001 })]);
  const error = await client.room.info({ room_id: 1 }).catch((error) => error);
  const cjs = createRequire(import.meta.url)("baijiayun");
  assert.equal(cjs.RoomNotFoundError, RoomNotFoundError);
  assert.equal(inline.RoomNotFoundError, RoomNotFoundError);
  const other = await import("../dist/inline.mjs");
  assert.notEqual(other.RoomNotFoundError, RoomNotFoundError);
  assert.ok(error instanceof other.RoomNotFoundError && error instanceof other.ApiError);
  assert.ok(!(error instanceof other.RoomDeletedError));
  for (const value of [null, undefined, 1, "x", {}, new Error("x")]) assert.ok(!(value instanceof BaijiayunError));
});

test("a class of the user's that extends one of ours is told as usual", () => {
  class OwnError extends ApiError {}
  const fields = { kind: "general", message: "x" };
  assert.ok(new OwnError(fields) instanceof OwnError);
  assert.ok(new OwnError(fields) instanceof ApiError);
  assert.ok(!(new ApiError(fields) instanceof OwnError));
});

test("stack traces reach the caller", async () => {
  const { client } = answering([() => new Promise((resolve) => setImmediate(resolve, envelope(null, { code: 1 })))]);
  async function theCaller() {
    return await client.room.info({ room_id: 1 });
  }
  async function theLister() {
    return await client.room.list();
  }
  await assert.rejects(theCaller, ({ stack }) => stack.includes("theCaller"));
  await assert.rejects(theLister, ({ stack }) => stack.includes("theLister"));
});

// An account, executors that answer from memory, and the vectors that all languages share.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { Client } from "baijiayun";

const ROOT = join(import.meta.dirname, "../../../..");

export const KEY = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==";

export const ACCOUNT = { domain: "school", partnerId: "12345678", partnerKey: KEY };

/** Without limits, so that tests do not wait for their turn. */
export const UNLIMITED = { quota: false, operationQuota: false };

/** A callback as it is claimed. */
export const event = (qid, signature = `the signature of ${qid}`, hold = 600) => ({ qid, signature, hold });

export function source(path) {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Numbers that JavaScript does not keep exactly are bigints. */
export function vectors(name) {
  const text = source(`tests/vectors/${name}.json`).replace(/"(?:\\.|[^"\\])*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `{"bigint":"${token}"}`,
  );
  return JSON.parse(text, (_, value) => (value?.bigint ? BigInt(value.bigint) : value));
}

export function envelope(data, more = {}) {
  return { status: 200, body: JSON.stringify({ code: 0, data, msg: "", ts: 1501572288, ...more }) };
}

/**
 * A client whose requests are answered by `answers`, one after the other (the last one for ever): answers, errors to
 * throw, or functions of the request. `requests` are those that were sent.
 */
export function answering(answers, options = {}) {
  const requests = [];
  const http = async (request) => {
    requests.push(request);
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    const given = typeof answer === "function" ? await answer(request) : answer;
    if (given instanceof Error) throw given;
    return given;
  };
  return { client: new Client({ ...ACCOUNT, ...UNLIMITED, http, ...options }), requests };
}

/** The time as the signature has it, for one call. */
export async function at(unix, call) {
  const { now } = Date;
  Date.now = () => unix * 1000;
  try {
    return await call();
  } finally {
    Date.now = now;
  }
}

/** A server on loopback; it ends with the test `t`. */
export async function serve(t, handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** The whole body of an incoming request. */
export async function bodyOf(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

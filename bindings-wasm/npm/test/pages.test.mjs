import assert from "node:assert/strict";
import { test } from "node:test";

import { answering, envelope } from "./support/fakes.mjs";

const page = (...titles) => envelope({ list: titles.map((title) => ({ title })), total: 5 });
const PAGES = [page("a", "b"), page("c", "d"), page("e")];
const asked = (requests) => requests.map(({ body }) => new URLSearchParams(body).get("page"));

test("rows of all pages", async () => {
  const { client, requests } = answering(PAGES);
  const titles = [];
  for await (const room of client.room.list({ limit: 2 })) titles.push(room.title);
  assert.deepEqual(titles, ["a", "b", "c", "d", "e"]);
  assert.deepEqual(asked(requests), ["1", "2", "3"]);
});

test("pages", async () => {
  const { client } = answering(PAGES);
  const pages = [];
  for await (const { rows, total, data } of client.room.list({ limit: 2 }).pages()) {
    pages.push(rows.length);
    assert.equal(total, 5);
    assert.equal(data.list, rows);
  }
  assert.deepEqual(pages, [2, 2, 1]);
});

test("awaited, it is the call as it was asked for", async () => {
  const { client, requests } = answering(PAGES);
  const { list, total } = await client.room.list();
  assert.deepEqual([list.length, total], [2, 5]);
  await client.room.list({ page: 3, limit: 2 });
  assert.deepEqual(asked(requests), [null, "3"]);
  const { data } = await client.room.list().withDetails();
  assert.equal(data.list.length, 1);
});

test("iterated and awaited, the first page is asked for once", async () => {
  const { client, requests } = answering(PAGES);
  const list = client.room.list({ limit: 2 });
  const rows = [];
  for await (const row of list) rows.push(row);
  assert.equal(rows.length, 5);
  assert.equal((await list).list.length, 2);
  assert.equal((await list.withDetails()).data.list.length, 2);
  assert.equal(requests.length, 3);
});

test("no more pages are asked for than are needed", async () => {
  const { client, requests } = answering(PAGES);
  for await (const room of client.room.list({ limit: 2 })) {
    if (room.title === "b") break;
  }
  assert.equal(requests.length, 1);
});

test("it begins where the parameters say", async () => {
  const { client, requests } = answering([page("c", "d"), page("e"), page()]);
  const rows = [];
  for await (const room of client.room.list({ page: 2, limit: 2 })) rows.push(room.title);
  assert.deepEqual(rows, ["c", "d", "e"]);
  assert.deepEqual(asked(requests).slice(0, 2), ["2", "3"]);
});

test("a service that ignores the page is not asked for ever", async () => {
  const { client, requests } = answering([page("a", "b")]);
  const rows = [];
  for await (const room of client.room.list({ limit: 2 })) rows.push(room.title);
  assert.deepEqual(rows, ["a", "b"]);
  assert.equal(requests.length, 2);
});

test("a list whose data are the rows themselves", async () => {
  const { client } = answering([envelope([{ title: "a" }, { title: "b" }]), envelope([])]);
  const rows = [];
  for await (const row of client.room.listPatrolRooms()) rows.push(row);
  assert.equal(rows.length, 2);
});

test("a page that fails is told to whoever iterates, once", async (t) => {
  const unhandled = t.mock.fn();
  process.on("unhandledRejection", unhandled);
  t.after(() => process.off("unhandledRejection", unhandled));
  for (const answers of [[envelope(null, { code: 3001 })], [page("a", "b"), envelope(null, { code: 3001 })]]) {
    const { client } = answering(answers);
    await assert.rejects(async () => {
      for await (const room of client.room.list({ limit: 2 })) assert.ok(room.title);
    }, /3001/);
  }
  await new Promise(setImmediate);
  assert.equal(unhandled.mock.callCount(), 0);
});

test("iteration is aborted", async () => {
  const { client } = answering(PAGES);
  const abort = new AbortController();
  await assert.rejects(
    async () => {
      for await (const room of client.room.list({ limit: 2 }, { signal: abort.signal })) {
        if (room.title === "c") abort.abort();
      }
    },
    { name: "AbortError" },
  );
});

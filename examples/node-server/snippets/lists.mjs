import { client } from "./client.mjs";

// All rows; each page is asked for when it is needed.
for await (const room of client.room.list({ limit: 100 })) {
  console.log(room.room_id, room.title);
}

// One page.
const { list = [], total } = await client.room.list({ page: 1, limit: 20 });
console.log(list.length, total);

// Page by page.
for await (const page of client.room.list({ limit: 100 }).pages()) {
  console.log(page.rows.length, page.total);
}

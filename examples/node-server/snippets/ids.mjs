import { client } from "./client.mjs";

// These are the same: text, a bigint, a number that JavaScript keeps exactly.
for (const room_id of ["26010110000000", 26010110000000n, 26010110000000]) {
  await client.room.info({ room_id }).catch((error) => console.log(error.code)); // 3001: no such room
}

// What comes back is always text.
for await (const room of client.room.list()) console.log(typeof room.room_id); // "string"

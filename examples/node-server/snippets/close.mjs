import { client } from "./client.mjs";

const rooms = client.call("room.list", { limit: 1 });

// When the server ends: calls that wait end at once, those under way have five seconds.
await client.close({ within: 5_000 });
console.log((await rooms).total);
await client.room.list().catch((error) => console.log(error.kind)); // "closed"

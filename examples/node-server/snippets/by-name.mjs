import { client } from "./client.mjs";

// By name, typed all the same.
const rooms = await client.call("room.list", { limit: 1 });
console.log(rooms.total);

// A parameter that the description lacks.
await client.room.list({ limit: 1 }, { extra: { later: "1" } });

// A path that it lacks: signed and sent like any other, the data as the service writes them.
await client.callPath("/openapi/room/list", { limit: 1 });

// What would be sent, signed but not sent.
console.log(client.request("room.list", { limit: 1 }).body);

import { Client } from "baijiayun";

const client = new Client({
  onEvent({ kind, operation, attempt, duration, status, why }) {
    if (kind === "done") console.log(operation, attempt, why ?? status, duration !== undefined && duration < 60_000);
  },
});

await client.room.list({ limit: 1 });
await client.room.info({ room_id: "26010110000000" }).catch(() => {});

import { client } from "./client.mjs";

const { data, msg, ts, departures, trace } = await client.room.list({ limit: 1 }).withDetails();
console.log(data.total, msg, ts);
console.log(departures); // values that are not what the documents describe: [{ path, expected, found }]
console.log(trace.attempts, trace.waited, trace.storeDown);

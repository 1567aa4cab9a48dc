import { client } from "./client.mjs";

// A Date is a point in time wherever one is wanted: unix seconds, or a day or a time of UTC+8.
const peak = await client.liveAccount.getDailyPeakUsers({
  start_date: new Date("2026-08-23T15:30:00Z"), // 2026-08-23 in UTC+8
  end_date: "2026-08-31", // a text without a time zone is UTC+8
});
console.log(Object.keys(peak));

// What the service writes as text is UTC+8 and comes as it is.
const fromText = (text) => new Date(`${text.replace(" ", "T")}+08:00`);
console.log(fromText("2026-08-18 14:00:00").toISOString()); // 2026-08-18T06:00:00.000Z

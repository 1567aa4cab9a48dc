import { client } from "./client.mjs";

const start = new Date(Date.now() + 3_600_000);
const room = await client.room.create({
  title: "高一数学 第一课",
  start_time: start,
  end_time: new Date(start.getTime() + 45 * 60_000),
});
console.log(room.room_id, room.student_code);

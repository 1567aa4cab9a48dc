import { client } from "./client.mjs";

const room = await client.room.create({
  title: "英语角",
  start_time: new Date(Date.now() + 3_600_000),
  end_time: new Date(Date.now() + 7_200_000),
});
const { room_id, student_code } = room;

// For one user, signed: it does not expire, so hand it to that user only.
console.log(client.links.enterRoom({ room_id, user_number: 10086, user_name: "小明", user_role: 0 }));

// For whoever has the code.
console.log(client.links.quickEnter({ code: student_code, user_name: "小明" }));

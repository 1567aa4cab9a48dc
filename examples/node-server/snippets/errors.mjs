import { ApiError, BaijiayunError, InvalidParametersError, RoomNotFoundError } from "baijiayun";

import { client } from "./client.mjs";

try {
  await client.room.info({ room_id: "26010110000000" });
} catch (error) {
  if (error instanceof RoomNotFoundError) console.log("no such room");
  else if (error instanceof InvalidParametersError) console.log(error.faults);
  else if (error instanceof ApiError) console.log(error.code, error.reason);
  else if (error instanceof BaijiayunError) console.log(error.kind, error.message);
  else throw error;
}

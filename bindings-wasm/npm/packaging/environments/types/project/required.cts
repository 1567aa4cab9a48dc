import baijiayun = require("baijiayun");

const client = new baijiayun.Client({ domain: "demo", partnerId: 1, partnerKey: "key" });

export async function title(): Promise<string | undefined> {
  const room: baijiayun.RoomInfoResult = await client.room.info({ room_id: 1 });
  // @ts-expect-error: there is no default export
  baijiayun.default;
  return room.title;
}

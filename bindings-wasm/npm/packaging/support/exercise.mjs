// What a program does with the package, the same in every environment.

/** Calls of every kind. What comes of them, as plain values: `EXPECTED`. */
export async function exercise(baijiayun, account) {
  const { ApiError, Client, InvalidParametersError, RoomNotFoundError, file } = baijiayun;
  const client = new Client({ ...account, callbackKeys: [CALLBACK.key] });

  const title = `教室 ${Math.random()}`;
  const ids = [];
  for (const number of [1, 2, 3]) {
    const [start_time, end_time] = [1, 2].map((hours) => new Date(Date.now() + hours * 3600_000));
    const { room_id } = await client.room.create({ title: `${title} ${number}`, start_time, end_time });
    ids.push(room_id);
  }
  const listed = [];
  for await (const room of client.room.list({ title, limit: 2 })) listed.push(room.room_id);

  const content = new Uint8Array(100_000).fill(7);
  const video = await client.video.upload(file(content, { name: "第一课.mp4" }), { definition: [16, 2] });
  const { total_size } = await client.video.info({ video_id: video.video_id });

  const refused = await client.room.info({ room_id: 1 }).then(succeeded, (error) => error);
  const invalid = await client.room.create({ title }).then(succeeded, (error) => error);
  const aborted = await client.room.list({}, { signal: AbortSignal.abort() }).then(succeeded, (error) => error);

  const callback = client.callbacks.parse(CALLBACK.body, CALLBACK.type, { tolerance: null });
  const link = new URL(client.links.enterRoom({ room_id: ids[0], user_number: 1, user_name: "王老师" }));
  return {
    idsAreText: ids.every((id) => typeof id === "string"),
    allListed: ids.length === 3 && ids.toSorted().join() === listed.toSorted().join(),
    uploaded: Number(total_size),
    refused: [refused instanceof RoomNotFoundError, refused instanceof ApiError, refused.name, refused.code],
    invalid: [invalid instanceof InvalidParametersError, invalid.faults.map(({ parameter }) => parameter)],
    aborted: aborted.name,
    callback: [callback.name, callback.key, callback.data.room_id],
    link: [link.pathname, link.searchParams.get("user_name"), link.searchParams.get("sign").length],
  };
}

export const EXPECTED = {
  idsAreText: true,
  allListed: true,
  uploaded: 100_000,
  refused: [true, true, "RoomNotFoundError", 3001],
  invalid: [true, ["start_time", "end_time"]],
  aborted: "AbortError",
  callback: ["class_event", 1, "1234567890"],
  link: ["/web/room/enter", "王老师", 32],
};

/** The documents' own example. */
export const CALLBACK = {
  key: "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==",
  type: "application/x-www-form-urlencoded",
  body:
    "room_id=1234567890&op=start&op_time=2017-01-11+14%3A16%3A54&qid=1234567890&timestamp=1467882806" +
    "&sign=4dd8bb87f2bea1d888cd5c5d93182d84",
};

function succeeded() {
  throw new Error("a call that has to fail went well");
}

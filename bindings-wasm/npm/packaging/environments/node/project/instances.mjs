import { createRequire } from "node:module";

import * as imported from "baijiayun";
import * as importedInline from "baijiayun/inline";

const require = createRequire(import.meta.url);
const entries = [imported, importedInline, require("baijiayun"), require("baijiayun/inline")];
const account = JSON.parse(process.env.ACCOUNT);
let tried = 0;
const failed = [];
for (const [thrower, { Client }] of entries.entries()) {
  const error = await new Client(account).room.info({ room_id: 1 }).catch((error) => error);
  for (const [asker, { BaijiayunError, ApiError, RoomNotFoundError, RoomDeletedError }] of entries.entries()) {
    tried++;
    const is = [Error, BaijiayunError, ApiError, RoomNotFoundError].every((type) => error instanceof type);
    if (!is || error instanceof RoomDeletedError) failed.push([thrower, asker]);
  }
}
console.log(JSON.stringify({ tried, failed }));

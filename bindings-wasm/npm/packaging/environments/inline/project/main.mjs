// By name, as people import: what bundlers may leave out is left out.
import { ApiError, Client, InvalidParametersError, RoomNotFoundError, file } from "baijiayun/inline";

import { exercise } from "./exercise.mjs";

const used = { ApiError, Client, InvalidParametersError, RoomNotFoundError, file };
window.exercised = (account) => exercise(used, account);

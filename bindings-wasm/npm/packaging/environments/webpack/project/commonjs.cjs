const { ApiError, Client, InvalidParametersError, RoomNotFoundError, file } = require("baijiayun");

const { exercise } = require("./exercise.mjs");

const used = { ApiError, Client, InvalidParametersError, RoomNotFoundError, file };
window.exercised = (account) => exercise(used, account);

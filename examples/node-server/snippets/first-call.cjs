const { Client } = require("baijiayun");

const client = new Client();

client.room.list({ limit: 1 }).then((rooms) => console.log(rooms.total));

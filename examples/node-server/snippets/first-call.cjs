const { Client } = require("baijiayun");

const client = new Client({
  domain: process.env.BAIJIAYUN_DOMAIN ?? "",
  partnerId: process.env.BAIJIAYUN_PARTNER_ID ?? "",
  partnerKey: process.env.BAIJIAYUN_PARTNER_KEY,
});

client.room.list({ limit: 1 }).then((rooms) => console.log(rooms.total));

import { Client, MisuseError } from "baijiayun";

const client = new Client(JSON.parse(process.env.ACCOUNT));
client.room.list().catch((error) => {
  const { message, hint } = error;
  console.log(JSON.stringify({ isMisuse: error instanceof MisuseError, message, hint }));
});

import { readFileSync } from "node:fs";

import { Client } from "baijiayun";

const { paths } = JSON.parse(readFileSync("paths.json", "utf8"));
const client = new Client({ paths });
console.log((await client.room.list({ limit: 1 })).total);

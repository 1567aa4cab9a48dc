import { readFileSync } from "node:fs";

import { Client } from "baijiayun";

import { account } from "./client.mjs";

const { paths } = JSON.parse(readFileSync("paths.json", "utf8"));
const client = new Client({ ...account, paths });
console.log((await client.room.list({ limit: 1 })).total);

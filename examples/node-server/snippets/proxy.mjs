import { Client } from "baijiayun";
import { ProxyAgent, fetch } from "undici";

const dispatcher = new ProxyAgent(process.env.HTTPS_PROXY ?? "http://127.0.0.1:3128");
const client = new Client({ fetch: (url, init) => fetch(url, { ...init, dispatcher }) });

console.log((await client.room.list({ limit: 1 })).total);
await dispatcher.close();

import { Client, redisStore } from "baijiayun";
import { createClient } from "redis";

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
redis.on("error", (error) => console.error(error.message));
await redis.connect();
const client = new Client({ store: redisStore(redis) });

const { trace } = await client.room.list({ limit: 1 }).withDetails();
console.log(trace.storeDown); // true if only this process's limits were kept
redis.destroy();

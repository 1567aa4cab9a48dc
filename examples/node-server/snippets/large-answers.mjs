import { Worker, isMainThread, parentPort } from "node:worker_threads";

import { reviveError } from "baijiayun";

import { client } from "./client.mjs";

if (isMainThread) {
  // The thread that answers your visitors goes on meanwhile.
  const worker = new Worker(new URL(import.meta.url));
  const { titles, error } = await new Promise((resolve) => worker.once("message", resolve));
  if (error) throw reviveError(error);
  console.log(titles.length);
} else {
  try {
    const { list = [] } = await client.room.list({ limit: 1000 }, { maxAnswer: 64 << 20 });
    parentPort?.postMessage({ titles: list.map(({ title }) => title) });
  } catch (error) {
    parentPort?.postMessage({ error }); // a clone: reviveError makes the class, the kind and the code of its words
  }
}

import { CALLBACK } from "./exercise.mjs";

const { Client } = await import(process.argv[2]);
const client = new Client({ domain: "demo", partnerId: 1, partnerKey: CALLBACK.key });
console.log(JSON.stringify(client.callbacks.parse(CALLBACK.body, CALLBACK.type, { tolerance: null }).name));

import { Client, TransportError } from "baijiayun";

// For all calls, in milliseconds. These are the defaults.
const client = new Client({ attemptTimeout: 30_000, deadline: 120_000, attempts: 3 });

// For one call.
try {
  await client.room.list({ limit: 1 }, { attemptTimeout: 5_000, deadline: 10_000, attempts: 2 });
} catch (error) {
  if (!(error instanceof TransportError)) throw error;
  console.log(error.kind, error.trace?.attempts); // "connect", "timeout" or "transport"
}

// When the caller gives up, the call throws what the signal has as its reason.
const controller = new AbortController();
const call = client.room.list({ limit: 1 }, { signal: controller.signal });
controller.abort(new Error("the user left"));
await call.catch((error) => console.log(error.message)); // "the user left"

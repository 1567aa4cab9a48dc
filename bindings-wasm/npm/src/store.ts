// The store of limits and claims that several processes share.
import { time } from "./checks.js";
import { MisuseError } from "./errors.js";
import { named } from "./named.js";
import { reading } from "./reading.js";

/** A store that several processes share: Redis or Valkey. {@link redisStore} makes one of a client that you have. */
export interface Store {
  /** Evaluates a Lua script with these keys and arguments, and returns the number that it returns. */
  evaluate(script: string, keys: string[], args: number[]): Promise<number>;
}

/** The part of ioredis that is used. */
export interface IoRedisLike {
  evalsha(sha: string, keys: number, ...rest: (string | number)[]): Promise<unknown>;
  eval(script: string, keys: number, ...rest: (string | number)[]): Promise<unknown>;
}

/** The part of node-redis that is used. */
export interface NodeRedisLike {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** How a store is asked. */
export interface RedisStoreOptions {
  /** How long the store gets to answer, in milliseconds; 500 if nothing is said. */
  timeout?: number | undefined;
}

/**
 * A store on Redis (5 or later) or Valkey, with a client of ioredis or node-redis; also a cluster's, since the keys of
 * an account stand in one slot. A store that is down or slow does not stop calls: they go on within the limits of this
 * process, and `trace.storeDown` says so.
 *
 * ```
 * const client = new Client({ domain, partnerId, partnerKey, store: redisStore(new Redis()) });
 * ```
 */
export function redisStore(client: IoRedisLike | NodeRedisLike, options: RedisStoreOptions = {}): Store {
  const { timeout, evalSha, evalsha } = reading("what redisStore was given", () => {
    const { evalSha, evalsha } = (client ?? {}) as Partial<NodeRedisLike & IoRedisLike>;
    return { timeout: options?.timeout ?? 500, evalSha, evalsha };
  });
  const why = time(timeout);
  if (why) throw new MisuseError({ kind: "misuse", message: `the timeout of redisStore ${why}` });
  if (typeof evalSha !== "function" && typeof evalsha !== "function") {
    const hint = "give the client that ioredis (new Redis(url)) or node-redis (createClient({ url })) makes";
    throw new MisuseError({ kind: "misuse", message: `redisStore was given ${named(client)}, no client of Redis`, hint });
  }
  const ask = typeof evalSha === "function" ? nodeRedis(client as NodeRedisLike) : ioRedis(client as IoRedisLike);
  const shas = new Map<string, Promise<string>>();
  return {
    async evaluate(script, keys, args) {
      if (!shas.has(script)) shas.set(script, sha1(script));
      const sha = await shas.get(script)!;
      const given = args.map(String);
      const answer = await within(timeout, () => ask(sha, script, keys, given));
      // Some clients give numbers as texts; nothing is no number, though JavaScript makes 0 of it.
      return typeof answer === "number" || typeof answer === "bigint" || (typeof answer === "string" && answer !== "") ? Number(answer) : NaN;
    },
  };
}

type Ask = (sha: string, script: string, keys: string[], args: string[]) => Promise<unknown>;

function ioRedis(client: IoRedisLike): Ask {
  return (sha, script, keys, args) =>
    client
      .evalsha(sha, keys.length, ...keys, ...args)
      .catch(unlessUnknown(() => client.eval(script, keys.length, ...keys, ...args)));
}

function nodeRedis(client: NodeRedisLike): Ask {
  return (sha, script, keys, args) =>
    client
      .evalSha(sha, { keys, arguments: args })
      .catch(unlessUnknown(() => client.eval(script, { keys, arguments: args })));
}

/** A server that was restarted knows no scripts; it knows this one once it has evaluated it. */
function unlessUnknown(again: () => Promise<unknown>) {
  return (error: unknown): Promise<unknown> => {
    if (String((error as Error | undefined)?.message).startsWith("NOSCRIPT")) return again();
    throw error;
  };
}

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function within<T>(time: number, ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${time} ms`)), time);
    ask()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

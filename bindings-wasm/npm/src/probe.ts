// What the engine thinks of a configuration, before a client is made of it.
import type { ErrorFields } from "./errors.js";
import { current } from "./wasm.js";

/** An account that nothing is wrong with. */
export const SOUND = { domain: "demo", partner_id: "1", partner_key: "a key" };

/** What is wrong with a configuration, as the engine tells it. The WebAssembly must be there. */
export function faultOf(config: object): ErrorFields | undefined {
  const engine = new (current().glue.Engine)(JSON.stringify(config));
  const fault = engine.fault();
  engine.free();
  return fault ? (JSON.parse(fault) as { error: ErrorFields }).error : undefined;
}

// Starts the service's double for end-to-end tests: `bjy mock`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const WORKSPACE = join(import.meta.dirname, "../../../..");

/** What BJY names, what cargo built, or what stands on the PATH: npm puts the program of its package bjy there. */
function bjy() {
  const built = join(process.env.CARGO_TARGET_DIR ?? join(WORKSPACE, "target"), "debug/bjy");
  return process.env.BJY ?? (existsSync(built) ? built : "bjy");
}

/** The account of a mock that misbehaves as the flags say; it ends with the test `t`. */
export async function startMock(t, ...flags) {
  const child = spawn(bjy(), ["mock", "--json", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child, "spawn").catch((error) => {
    throw new Error(`${error.message}: npm install bjy, \`cargo build -p baijiayun-cli\`, or name one in BJY`);
  });
  t.after(async () => {
    child.kill("SIGINT");
    await once(child, "exit");
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const { url, partner_id, partner_key } = JSON.parse(line);
  return { domain: url, partnerId: partner_id, partnerKey: partner_key };
}

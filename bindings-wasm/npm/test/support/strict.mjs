// Starts a server that takes videos as public uploaders send them, and nothing else: tests/peers/strict_server.py.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SERVER = join(import.meta.dirname, "../../../../tests/peers/strict_server.py");

/** The account of the server, and what it reports. It ends with the test `t`. */
export async function startStrict(t, ...flags) {
  const child = spawn("python3", [SERVER, ...flags], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(async () => {
    child.kill();
    await once(child, "exit");
  });
  const [url] = await once(createInterface(child.stdout), "line");
  const report = async () => (await fetch(`${url}/report`)).json();
  return { account: { domain: url, partnerId: "12345678", partnerKey: "the-key" }, report };
}

// The mock of the service, `bjy mock`, and the way to it for web pages.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { createInterface } from "node:readline";

import { start } from "./child.mjs";

/** The account of a mock that runs while the test `t` does. Its key is nobody's: pages may have it. */
export async function startMock(t, ...flags) {
  const { BJY } = process.env;
  if (!existsSync(BJY)) throw new Error(`${BJY} is not there: \`cargo build -p baijiayun-cli\`, or name it in BJY`);
  const child = start(t, BJY, ["mock", "--json", "--port", "0", ...flags]);
  const [line] = await once(createInterface(child.stdout), "line");
  const { url, partner_id, partner_key } = JSON.parse(line);
  return { domain: url, partnerId: partner_id, partnerKey: partner_key, dangerouslyAllowBrowser: true };
}

/**
 * Lets pages reach the mock on their own origin: it answers no other, and its answers name it as the host for uploads.
 * True if the request was one for the mock.
 */
export function forward({ domain }, incoming, response) {
  if (!/^\/(openapi|upload)\b/.test(incoming.url)) return false;
  const own = `http://${incoming.headers.host}`;
  const outgoing = request(domain + incoming.url, { method: incoming.method, headers: incoming.headers });
  outgoing.on("response", async (answer) => {
    const chunks = [];
    for await (const chunk of answer) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString().replaceAll(domain, own);
    response.writeHead(answer.statusCode, { "content-type": answer.headers["content-type"] ?? "text/plain" });
    response.end(body);
  });
  outgoing.on("error", () => response.destroy());
  response.on("close", () => outgoing.destroy());
  incoming.pipe(outgoing);
  return true;
}

import { createReadStream } from "node:fs";
import type { IncomingMessage } from "node:http";

import { Client, file, fromPath } from "baijiayun";

const client = new Client({ domain: "demo", partnerId: 1, partnerKey: process.env["KEY"] });

export async function files(): Promise<void> {
  await client.video.upload(fromPath("a.mp4"), { definition: "16" });
  await client.doc.upload({ attachment: file(createReadStream("a.pdf"), { name: "a.pdf", size: 1 }) });
  await client.doc.upload({ attachment: file(Buffer.from("a"), { name: "a.pdf" }) });
}

export function callback(body: Buffer, { headers }: IncomingMessage): string | null {
  return client.callbacks.parse(body, headers).name;
}

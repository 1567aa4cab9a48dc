import process from "node:process";

import { Client } from "baijiayun";

import { accountFrom, isMock } from "./account.js";
import { buildApp } from "./app.js";

async function main() {
  const account = accountFrom(process.env);
  // One client for the whole process: it keeps the account's limits.
  const client = new Client(account);
  const app = buildApp(client);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());

  // It has no login, so it listens on this machine only unless you say otherwise.
  const { PORT = "3000", HOST = "127.0.0.1", CALLBACK_URL } = process.env;
  const address = await app.listen({ port: Number(PORT), host: HOST });
  const callbackUrl = CALLBACK_URL ?? (isMock(account) ? `${address}/callbacks` : undefined);
  if (callbackUrl === undefined) {
    app.log.warn("没有设置 CALLBACK_URL（例如 https://example.com/callbacks），收不到上下课回调。它对整个账号生效，请先确认。");
  } else {
    await client.liveAccount.setClassCallbackUrl({ url: callbackUrl });
  }
  console.log(`打开 ${address}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});

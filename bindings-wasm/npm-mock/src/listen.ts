import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Exchange, Listening } from "./platform.js";

/** Serves over HTTP, on this machine only. */
export async function listen(port: number, exchange: Exchange): Promise<Listening> {
  let base = "";
  const server = createServer((request, response) => {
    const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
      values!.map((value): [string, string] => [name, value]),
    );
    exchange({ method: request.method!, target: request.url!, base, headers, body: request }).then(
      ({ status, headers, body, cut }) => {
        if (cut) response.destroy();
        else response.writeHead(status, headers).end(body);
      },
      // The connection broke.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: base, close };
}

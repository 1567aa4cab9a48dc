// The mock on a port: requests of Node's server, handed to it.
import type * as Http from "node:http";
import type { AddressInfo } from "node:net";

import { wordsOf } from "../../npm/src/named.js";
import type { Exchange, Platform } from "./platform.js";

/** Serves over HTTP, on this machine only. */
export function listenBy(http: () => typeof Http): NonNullable<Platform["listen"]> {
  return async (port, exchange) => {
    let base = "";
    const server = http().createServer((request, response) => void answer(request, response, base, exchange));
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const close = () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    };
    return { url: base, close };
  };
}

async function answer(request: Http.IncomingMessage, response: Http.ServerResponse, base: string, exchange: Exchange): Promise<void> {
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    values!.map((value): [string, string] => [name, value]),
  );
  const gone = new AbortController();
  response.once("close", () => gone.abort(new TypeError("the connection broke")));
  try {
    const sent = { method: request.method!, target: request.url!, base, headers, body: request, signal: gone.signal };
    const reply = await exchange(sent);
    if (reply.cut) response.destroy();
    else response.writeHead(reply.status, reply.headers).end(reply.body);
  } catch (error) {
    // Whoever is still there is told why there is no answer: a function of the mock's owner threw.
    if (!gone.signal.aborted) response.writeHead(500, { "content-type": "text/plain; charset=utf-8" }).end(`the mock: ${wordsOf(error)}`);
  }
}

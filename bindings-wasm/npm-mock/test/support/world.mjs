// A mock with a client of it, and the customer's server.
import { createServer } from "node:http";

import { Client } from "baijiayun";
import { createMock } from "baijiayun-mock";

/** Without limits and repetitions, so that tests see what the mock does. */
export const PLAIN = { quota: false, operationQuota: false, attempts: 1 };

export function world(t, options = {}, settings = {}) {
  const mock = createMock(options);
  t.after(() => mock.close());
  return { mock, client: new Client({ ...mock.account, http: mock.executor, ...PLAIN, ...settings }) };
}

const HOUR = 3_600_000;
export const create = (client, title = "测试教室") =>
  client.room.create({ title, start_time: new Date(Date.now() + HOUR), end_time: new Date(Date.now() + 2 * HOUR) });

/** Takes posts, and answers the first ones so: `posts` has the requests with their bodies. */
export async function customer(t, ...answers) {
  const posts = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    posts.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const [status, body] = answers.shift() ?? [200, '{"code":0,"msg":""}'];
    response.writeHead(status).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}/hook`, posts };
}

import { Client } from "baijiayun";

let client;

export default {
  async fetch(request, env) {
    client ??= new Client({
      domain: env.BAIJIAYUN_DOMAIN,
      partnerId: env.BAIJIAYUN_PARTNER_ID,
      partnerKey: env.BAIJIAYUN_PARTNER_KEY, // wrangler secret put BAIJIAYUN_PARTNER_KEY
    });
    if (new URL(request.url).pathname === "/callbacks") {
      return client.callbacks.handle(request, (callback) => env.QUEUE.send(callback));
    }
    const { total } = await client.room.list({ limit: 1 });
    return Response.json({ total });
  },
};

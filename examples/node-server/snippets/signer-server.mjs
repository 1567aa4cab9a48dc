import { createHash } from "node:crypto";

/** POST /sign, for people who may do everything that the account can do. */
export async function sign(request, user) {
  if (!user?.isAdministrator) return new Response("not allowed", { status: 403 });
  const text = await request.text();
  const signed = `${text}&partner_key=${process.env.BAIJIAYUN_PARTNER_KEY}`;
  return new Response(createHash("md5").update(signed).digest("hex"));
}

import { Client } from "baijiayun";

export const client = new Client({
  domain: "demo",
  partnerId: "12345678",
  signer: async (text) => {
    const response = await fetch("/sign", { method: "POST", body: text });
    if (!response.ok) throw new Error(`/sign answered ${response.status}`);
    return response.text();
  },
});

const { total } = await client.room.list({ limit: 1 });
document.title = `${total} rooms`;

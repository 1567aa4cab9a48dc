import { Client } from "baijiayun";

// BAIJIAYUN_DOMAIN, BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY, or baijiayun.toml. The domain is "demo" of
// demo.at.baijiayun.com, or the address of a mock.
export const client = new Client();

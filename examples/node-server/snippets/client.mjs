import { Client } from "baijiayun";

const { BAIJIAYUN_DOMAIN = "", BAIJIAYUN_PARTNER_ID = "", BAIJIAYUN_PARTNER_KEY = "" } = process.env;

export const account = {
  domain: BAIJIAYUN_DOMAIN, // "demo" of demo.at.baijiayun.com, or the address of a mock
  partnerId: BAIJIAYUN_PARTNER_ID,
  partnerKey: BAIJIAYUN_PARTNER_KEY,
};

export const client = new Client(account);

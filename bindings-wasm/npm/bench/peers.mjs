// What Node programs write by hand today, in two styles.
import { createHash } from "node:crypto";

/** A plain signer: node:crypto and URLSearchParams. */
export function plain(account) {
  const build = (params) => {
    const all = { partner_id: account.partnerId, timestamp: Math.floor(Date.now() / 1000), ...params };
    const text = Object.keys(all)
      .sort()
      .map((name) => `${name}=${all[name]}`)
      .join("&");
    all.sign = createHash("md5").update(`${text}&partner_key=${account.partnerKey}`).digest("hex");
    return new URLSearchParams(all).toString();
  };
  return { build, call: caller(account, build) };
}

/** As the vendor's command line tool for rooms does it: absent values left out, the form appended to pair by pair. */
export function vendorStyle(account) {
  const build = (params) => {
    const timestamp = Math.floor(Date.now() / 1000);
    const signed = { partner_id: account.partnerId, timestamp };
    for (const [name, value] of Object.entries(params)) if (value !== undefined) signed[name] = value;
    const text = Object.keys(signed)
      .sort()
      .map((name) => `${name}=${signed[name]}`)
      .join("&");
    const sign = createHash("md5").update(`${text}&partner_key=${account.partnerKey}`).digest("hex");
    const form = new URLSearchParams({ partner_id: account.partnerId, timestamp: String(timestamp), sign });
    for (const [name, value] of Object.entries(params)) if (value !== undefined) form.append(name, String(value));
    return form.toString();
  };
  return { build, call: caller(account, build) };
}

/** The plain one with a timeout, as every real program needs it. */
export function patient(account) {
  const { build } = plain(account);
  return { build, call: caller(account, build, () => AbortSignal.timeout(30_000)) };
}

/** None of them checks parameters, keeps limits, tries again or straightens anything. */
function caller(account, build, signal) {
  return async (path, params) => {
    const response = await account.http({
      signal: signal?.(),
      method: "POST",
      url: `https://${account.domain}.at.baijiayun.com${path}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: build(params),
    });
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
    const answer = JSON.parse(response.body);
    if (answer.code !== 0) throw new Error(answer.msg);
    return answer.data;
  };
}

const NAMES = ["BAIJIAYUN_DOMAIN", "BAIJIAYUN_PARTNER_ID", "BAIJIAYUN_PARTNER_KEY"];

const HELP = `没有账号。可以先用本机的模拟服务（mock），不需要真实账号：

  npm run mock          # 终端 1：bjy mock --port 8765
  npm run start:mock    # 终端 2

有真实账号时，设置环境变量 ${NAMES.join("、")} 再运行 npm start。`;

/**
 * The account, from the environment.
 *
 * partner_key stays in this process. No page and no answer holds it or anything that it signs, save links into rooms,
 * each for one user: who can have texts signed can call the whole API.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function accountFrom(env) {
  const missing = NAMES.filter((name) => !env[name]);
  if (missing.length === NAMES.length) throw new Error(HELP);
  if (missing.length > 0) throw new Error(`缺少环境变量 ${missing.join("、")}`);
  const [domain = "", partnerId = "", partnerKey = ""] = NAMES.map((name) => env[name]);
  return { domain, partnerId, partnerKey };
}

/**
 * Whether it is a mock on this machine. Its callback address may be changed at will; that of a real account is one for
 * all programs that use it.
 *
 * @param {{ domain: string }} account
 */
export function isMock({ domain }) {
  return URL.canParse(domain) && ["127.0.0.1", "localhost"].includes(new URL(domain).hostname);
}

// What a call sends: the text that is signed, the request, and the same as a curl line.
import type { SignedRequest } from "baijiayun";

import { shellWord } from "./code";
import { block, h } from "./dom";
import type { Say } from "./words";

export function sent(signed: SignedRequest, curl: string, say: Say): HTMLElement[] {
  const pairs = [...new URLSearchParams(signed.body ?? new URL(signed.url).search)];
  const sign = pairs.find(([name]) => name === "sign")?.[1];
  const copy = (label: string, text: string) => h("div", {}, h("h3", {}, label), block(label, text, say("copy"), say("copied")));
  const parts = [copy(say("whole"), whole(signed)), copy(say("curl"), curl)];
  if (sign === undefined) return parts;
  return [copy(say("to_sign"), toSign(pairs)), copy(say("signature"), sign), ...parts];
}

/** The text that is signed, without the key. */
function toSign(pairs: [string, string][]): string {
  const signed = pairs.filter(([name]) => name !== "sign").sort(([left], [right]) => (left < right ? -1 : 1));
  return `${signed.map(([name, value]) => `${name}=${value}`).join("&")}&partner_key=***`;
}

function whole({ method, url, headers, body }: SignedRequest): string {
  const { host, pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  return [...lines, ...(body === undefined ? [] : ["", body])].join("\n");
}

export function curlOf({ url, body }: SignedRequest): string {
  return ["curl", shellWord(url), ...(body === undefined ? [] : ["-d", shellWord(body)])].join(" ");
}

// Whose calls they are. The key is in memory, and in the browser's storage only if that is wanted.
import { h, labelled } from "./dom";
import type { Say } from "./words";

export interface Account {
  domain: string;
  partnerId: string;
  partnerKey: string;
}

/** That of the mock, in this page and of `bjy mock`. */
export const MOCK: Account = { domain: "demo", partnerId: "12345678", partnerKey: "the-partner-key-of-the-mock" };

const KEPT = "baijiayun-explorer-account";

/** The fields of the account; `changed` is called with each letter. */
export function accountFields(say: Say, changed: () => void): { element: HTMLElement; account: Account } {
  const kept = remembered();
  const account = { ...(kept ?? MOCK) };
  const field = (name: keyof Account, type: string) =>
    h("input", {
      type,
      value: account[name],
      autocomplete: "off",
      spellcheck: "false",
      name,
      oninput: (event) => set(name, (event.target as HTMLInputElement).value),
    });
  const fields = { domain: field("domain", "text"), partnerId: field("partnerId", "text"), partnerKey: field("partnerKey", "password") };
  const keep = h("input", { type: "checkbox", name: "remember", checked: kept !== undefined });
  const store = () => {
    try {
      if (keep.checked) localStorage.setItem(KEPT, JSON.stringify(account));
      else localStorage.removeItem(KEPT);
    } catch {
      // A browser that keeps nothing for pages says so here: the box must not say otherwise.
      keep.checked = false;
    }
  };
  const set = (name: keyof Account, value: string) => {
    account[name] = value.trim();
    store();
    changed();
  };
  keep.addEventListener("change", store);
  const reset = () => {
    for (const [name, input] of Object.entries(fields)) {
      input.value = MOCK[name as keyof Account];
      set(name as keyof Account, input.value);
    }
  };
  const element = h(
    "details",
    { class: "account" },
    h("summary", {}, say("account")),
    h("p", {}, say("account_note")),
    h(
      "div",
      { class: "row" },
      labelled(say("domain"), fields.domain),
      labelled(say("partner_id"), fields.partnerId),
      labelled(say("partner_key"), fields.partnerKey),
    ),
    h("label", { class: "check" }, keep, say("remember")),
    h("button", { type: "button", onclick: reset }, say("mock_account")),
  );
  return { element, account };
}

function remembered(): Account | undefined {
  try {
    const { domain, partnerId, partnerKey } = JSON.parse(localStorage.getItem(KEPT) ?? "");
    return [domain, partnerId, partnerKey].every((text) => typeof text === "string") ? { domain, partnerId, partnerKey } : undefined;
  } catch {
    return undefined;
  }
}

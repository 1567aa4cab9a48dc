// The explorer: an account, and four things to do.
import "./explorer.css";
import { accountFields } from "./account";
import { answerTab } from "./answer";
import { callTab } from "./call";
import { callbackTab } from "./callback";
import { load, type Lang } from "./data";
import { h, tabs } from "./dom";
import { ready } from "./engine";
import { signatureTab } from "./signature";
import { words } from "./words";

/** Puts it there. Returns what ends it. */
export async function mount(place: HTMLElement, lang: Lang): Promise<() => void> {
  const say = words(lang);
  const ended = new AbortController();
  try {
    const [data] = await Promise.all([load(lang), ready()]);
    const changed = () => all.forEach((tab) => tab.changed());
    const { element, account } = accountFields(say, changed);
    const context = { data, say, account, lang, ended: ended.signal };
    const call = callTab(context);
    const all = [call, signatureTab(context, call), answerTab(context, call), callbackTab(context)];
    const labels = [say("tab_call"), say("tab_sign"), say("tab_answer"), say("tab_callback")];
    const tabbed = tabs(say("what"), all.map((tab, at) => ({ label: labels[at]!, panel: tab.element })), (at) => all[at]!.changed());
    place.replaceChildren(element, tabbed.element);
    tabbed.choose(0);
    place.dataset.ready = "true";
  } catch (error) {
    place.replaceChildren(h("p", { role: "alert" }, say("failed_to_load", (error as Error).message)));
  }
  return () => ended.abort();
}

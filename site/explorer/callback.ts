// A callback that came: did the service post it, and what does it say?
import type { Context, Tab } from "./context";
import { block, h, labelled } from "./dom";
import { callbacks } from "./engine";
import { inLanguage } from "./explanations";
import { departed, pretty } from "./outcome";
import { check, ready } from "./signing";

export function callbackTab(context: Context): Tab {
  const { data, say, account, lang } = context;
  const body = h("textarea", { rows: 8, spellcheck: "false", name: "callback" });
  const type = h("input", { type: "text", autocomplete: "off", spellcheck: "false", name: "content_type" });
  const clock = h("input", { type: "checkbox", name: "clock", checked: true });
  const told = h("div", { role: "status", "aria-live": "polite" });
  const sample = h("select", {}, h("option", { value: "" }, say("callback_choose")), ...data.callbacks.map(({ name, title }) => h("option", { value: name }, `${name} · ${title}`)));
  let asked = 0;

  const changed = async () => {
    if (element.hidden) return;
    const mine = (asked += 1);
    if (body.value.trim() === "") return told.replaceChildren();
    try {
      const { name, data: posted, departures } = callbacks(account).parse(body.value.trim(), type.value || undefined, { tolerance: clock.checked ? 300 : null });
      const known = data.callbacks.find((callback) => callback.name === name);
      told.replaceChildren(
        h("p", { class: "good" }, say("verified")),
        h("p", {}, known ? say("callback_is", known.name, known.title) : say("callback_unknown")),
        h("h3", {}, say("data")),
        block(say("data"), pretty(posted), say("copy"), say("copied")),
        ...departed(departures, say),
      );
    } catch (error) {
      const why = await reasons(error as Error & { kind?: string });
      if (mine !== asked) return;
      told.replaceChildren(
        h("p", { class: "fault" }, `${say("refused")}: ${(error as Error).message}`),
        ...(why.length ? [h("h3", {}, say("why")), h("ul", { class: "why" }, ...why.map((words) => h("li", {}, words)))] : []),
      );
    }
  };
  /** What gives the signature that came, if that is what is wrong. */
  const reasons = async (error: Error & { kind?: string }): Promise<string[]> => {
    if (error.kind !== "callback_signature") return [];
    await ready();
    try {
      return check(body.value.trim(), "", account, data).explanations.map((words) => inLanguage(lang, words));
    } catch {
      return [];
    }
  };
  sample.addEventListener("change", () => {
    const chosen = data.callbacks.find(({ name }) => name === sample.value);
    if (!chosen) return;
    const signed = callbacks(account).signed(chosen.name as never, chosen.members);
    body.value = signed.body;
    type.value = signed.headers["content-type"];
    void changed();
  });
  for (const input of [body, type]) input.addEventListener("input", changed);
  clock.addEventListener("change", changed);
  const element = h(
    "div",
    {},
    h("h2", {}, say("tab_callback")),
    labelled(say("callback_sample"), sample),
    labelled(say("callback_body"), body),
    h("div", { class: "row" }, labelled(say("callback_type"), type), h("label", { class: "check" }, clock, say("callback_clock"))),
    told,
  );
  return { element, changed };
}

// A signature that was computed elsewhere: is it right, and if not, why?
import type { Chosen, Context, Tab } from "./context";
import { block, h, labelled } from "./dom";
import { inLanguage } from "./explanations";
import { check, ready } from "./signing";

export function signatureTab({ data, say, account, lang }: Context, call: Chosen): Tab {
  const request = h("textarea", { rows: 6, spellcheck: "false", name: "request" });
  const sign = h("input", { type: "text", autocomplete: "off", spellcheck: "false", name: "sign" });
  const told = h("div", { role: "status", "aria-live": "polite" });
  let asked = 0;

  const changed = async () => {
    if (element.hidden) return;
    const mine = (asked += 1);
    if (request.value.trim() === "") return told.replaceChildren();
    await ready();
    if (mine !== asked) return;
    try {
      const { read_as, text, sign: right, expected, matches, explanations } = check(request.value, sign.value, account, data);
      const parts: HTMLElement[] = [h("p", { class: "hint" }, say("read_as", inLanguage(lang, read_as)))];
      if (matches !== null) parts.push(h("p", { class: matches ? "good" : "fault" }, matches ? say("right") : say("wrong")));
      if (expected !== null && matches === false) {
        parts.push(
          h("h3", {}, say("why")),
          explanations.length ? h("ul", { class: "why" }, ...explanations.map((words) => h("li", {}, inLanguage(lang, words)))) : h("p", {}, say("why_not")),
        );
      }
      parts.push(h("h3", {}, say("to_sign")), block(say("to_sign"), text, say("copy"), say("copied")));
      parts.push(h("h3", {}, say("right_one")), block(say("right_one"), right, say("copy"), say("copied")));
      told.replaceChildren(...parts);
    } catch (error) {
      told.replaceChildren(h("p", { class: "fault" }, (error as Error).message));
    }
  };
  const take = () => {
    request.value = call.curl() ?? "";
    void changed();
  };
  request.addEventListener("input", changed);
  sign.addEventListener("input", changed);
  const element = h(
    "div",
    {},
    h("h2", {}, say("tab_sign")),
    labelled(say("sign_request"), request),
    h("button", { type: "button", onclick: take }, say("take_request")),
    labelled(say("sign_given"), sign, h("p", { class: "hint" }, say("sign_note"))),
    told,
  );
  return { element, changed };
}

// An answer of the service, as the SDK reads it.
import type { Chosen, Context, Tab } from "./context";
import { h, labelled } from "./dom";
import { straighten } from "./engine";
import { outcome } from "./outcome";

export function answerTab({ data, say }: Context, call: Chosen): Tab {
  const body = h("textarea", { rows: 10, spellcheck: "false", name: "answer" });
  const status = h("input", { type: "number", value: 200, min: 100, max: 599, name: "status" });
  const told = h("div", { role: "status", "aria-live": "polite" });
  const of = h("p");
  let asked = 0;

  const changed = async () => {
    if (element.hidden) return;
    const operation = call.operation();
    of.replaceChildren(`${say("operation")}: `, h("code", {}, operation.name), ` ${operation.title}`);
    const mine = (asked += 1);
    if (body.value.trim() === "") return told.replaceChildren();
    const came = await straighten(operation, data, Number(status.value) || 200, body.value);
    if (mine === asked) told.replaceChildren(...outcome({ ...came, raw: undefined }, say, say("straightened")));
  };
  body.addEventListener("input", changed);
  status.addEventListener("input", changed);
  const element = h("div", {},
    h("h2", {}, say("tab_answer")), of, h("p", { class: "hint" }, say("answer_note")), labelled(say("answer_body"), body), labelled(say("answer_status"), status), told);
  return { element, changed };
}

// A call: the operation, its parameters, what is sent, the code, and what comes back.
import type { SignedRequest } from "baijiayun";
import { withBase } from "vitepress";

import { chooser } from "./chooser";
import { LABELS, code } from "./code";
import type { Chosen, Context, Tab } from "./context";
import type { Language, Operation, Param } from "./data";
import { block, brief, h, tabs, toClipboard } from "./dom";
import { request } from "./engine";
import { form, type Form } from "./form";
import { runs } from "./runs";
import { sampled } from "./sample";
import { curlOf, sent } from "./sent";
import { addressOf, fromAddress, toAddress } from "./share";
import { FieldError, given, type Entries, type Value } from "./values";

const FIRST = "room.create";

export function callTab(context: Context): Tab & Chosen {
  const { data, say, account, lang } = context;
  const shared = fromAddress(data);
  let operation = shared?.operation ?? data.operations.find(({ name }) => name === FIRST)!;
  /** What was filled in, by operation: whoever comes back finds it again. */
  const filled = new Map<string, Entries>();
  if (shared) filled.set(operation.name, shared.entries);
  const entries = () => filled.get(operation.name) ?? filled.set(operation.name, new Map()).get(operation.name)!;

  const about = h("div", { class: "about" });
  const parameters = h("section", { "aria-label": say("parameters") });
  const preview = h("div", { class: "preview" });
  const written = h("div", { class: "written" });
  let fields: Form;
  let curl: string | undefined;

  const choose = (chosen: Operation) => {
    operation = chosen;
    const resource = operation.name.replace(".", "/");
    const page = withBase(`/${lang === "en" ? "en/" : ""}reference/${resource}.html`);
    about.replaceChildren(
      h("p", {}, lang === "en" ? operation.summary : operation.title),
      h("p", { class: "path" }, h("code", {}, `${operation.method} ${operation.path ?? ""}`), " ", h("a", { href: page }, say("reference"))),
      operation.guess ? h("p", { class: "warning" }, say("guess")) : "",
      operation.readOnly ? "" : h("p", { class: "hint" }, say("writes")),
    );
    fields = form(operation, data, entries(), say, changed);
    parameters.replaceChildren(h("h2", {}, say("parameters")), fields.element);
    running.clear();
    changed();
  };

  /** The parameters, or nothing while there is something wrong with them, which the fields then say. */
  const current = (): { values: Map<Param, Value>; signed?: SignedRequest } | undefined => {
    try {
      const values = given(operation, data, entries());
      // A file is read when it is sent.
      if ([...values.values()].some((value) => value instanceof File)) return { values };
      return { values, signed: request(account, operation.name, values) };
    } catch (error) {
      const { faults } = error as { faults?: { parameter: string; message: string }[] };
      const told = error instanceof FieldError ? new Map([[error.param, error.message]]) : new Map(faults?.map(({ parameter, message }) => [parameter, message]));
      // What was not filled in yet is no fault to be shown in red.
      const serious = new Map([...told].filter(([name]) => entries().has(name)));
      fields.tell(serious);
      const lines = told.size ? [...told].map(([name, words]) => h("li", {}, h("code", {}, name), ` ${entries().has(name) ? words : say("required")}`)) : [h("li", {}, (error as Error).message)];
      preview.replaceChildren(h("p", {}, say("not_yet")), h("ul", {}, ...lines));
      return undefined;
    }
  };

  const changed = () => {
    toAddress(operation, entries());
    const now = current();
    curl = undefined;
    if (now) {
      fields.tell(new Map());
      if (now.signed) {
        curl = curlOf(now.signed);
        preview.replaceChildren(...sent(now.signed, curl, say));
      } else preview.replaceChildren(h("p", {}, say("no_preview")));
    }
    writeCode(now?.values ?? partly());
  };

  /** Of what is filled in so far: code can be shown before it is complete. */
  const partly = (): Map<Param, Value> => {
    try {
      return given(operation, data, entries());
    } catch {
      return new Map();
    }
  };

  const panels = (Object.keys(LABELS) as Language[]).map((language) => ({ language, label: LABELS[language], panel: h("div") }));
  const codes = tabs(say("code"), panels);
  const writeCode = (values: Map<Param, Value>) => {
    for (const { language, label, panel } of panels) panel.replaceChildren(block(label, code(language, operation, values, data), say("copy"), say("copied")));
  };
  codes.choose(0);
  written.append(h("h2", {}, say("code")), codes.element);

  const running = runs(context, () => {
    const now = current();
    return now && { name: operation.name, values: now.values };
  }, preview);

  const share = h("button", { type: "button" }, say("share"));
  share.addEventListener("click", async () => {
    const isCopied = await toClipboard(new URL(addressOf(operation, entries()), location.href).href);
    brief(share, say(isCopied ? "copied" : "share_by_hand"), say("share"));
  });
  const fill = () => {
    sampled(operation, data, entries());
    choose(operation);
  };
  const clear = () => {
    entries().clear();
    choose(operation);
  };

  const { element: search, show } = chooser(data.operations, say, choose);
  show(operation);
  choose(operation);
  // Back to an address of this page that a link had left: the page stays, and would say otherwise.
  const back = () => {
    const told = fromAddress(data);
    if (!told) return;
    // What an address never has stays as it is.
    for (const { name, kind, secret } of told.operation.params) {
      const entry = filled.get(told.operation.name)?.get(name);
      if (entry !== undefined && (kind === "file" || secret)) told.entries.set(name, entry);
    }
    filled.set(told.operation.name, told.entries);
    show(told.operation);
    choose(told.operation);
  };
  addEventListener("popstate", back, { signal: context.ended });
  const element = h(
    "div",
    {},
    search,
    about,
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: fill }, say("fill")), h("button", { type: "button", onclick: clear }, say("clear")), share),
    h("div", { class: "columns" }, h("div", {}, parameters), h("div", {}, running.element, written, h("section", {}, h("h2", {}, say("request")), preview))),
  );
  return { element, changed, operation: () => operation, curl: () => curl };
}

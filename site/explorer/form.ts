// The fields of an operation's parameters.
import type { Data, Operation, Param } from "./data";
import { h, id, labelled } from "./dom";
import { isJson, isList, type Entries } from "./values";
import type { Say } from "./words";

export interface Form {
  element: HTMLElement;
  /** Shows what is wrong with parameters, by their names. */
  tell(faults: Map<string, string>): void;
}

export function form(operation: Operation, data: Data, entries: Entries, say: Say, changed: () => void): Form {
  const faults = new Map<string, HTMLElement>();
  const one = (param: Param) => {
    const { element, fault } = field(param, data, entries, say, changed);
    faults.set(param.name, fault);
    return element;
  };
  const one_of = new Set(operation.anyOf?.flat());
  const first = operation.params.filter((param) => param.required || param.requiredBy || one_of.has(param.name));
  const rest = operation.params.filter((param) => !first.includes(param));
  const children: HTMLElement[] = first.map(one);
  for (const group of operation.anyOf ?? []) children.unshift(h("p", {}, say("any_of"), group.join(", ")));
  if (rest.length) {
    const fields = rest.map((param) => ({ param, element: one(param) }));
    const filter = h("input", {
      type: "search",
      oninput: () => {
        const wanted = filter.value.trim().toLowerCase();
        for (const { param, element } of fields) element.hidden = !`${param.name} ${param.desc}`.toLowerCase().includes(wanted);
      },
    });
    const isUsed = rest.some((param) => entries.has(param.name));
    children.push(
      h(
        "details",
        { open: isUsed || first.length === 0, class: "optional" },
        h("summary", {}, say("optional", rest.length)),
        rest.length > 8 ? labelled(say("filter"), filter) : null,
        ...fields.map(({ element }) => element),
      ),
    );
  }
  if (operation.params.length === 0) children.push(h("p", {}, say("no_parameters")));
  return {
    element: h("div", { class: "form" }, ...children),
    tell: (told) => {
      for (const [name, place] of faults) {
        const text = told.get(name) ?? "";
        if (place.textContent !== text) place.textContent = text;
        place.hidden = text === "";
        const input = place.parentElement?.querySelector("[data-value]");
        if (text) input?.setAttribute("aria-invalid", "true");
        else input?.removeAttribute("aria-invalid");
      }
    },
  };
}

function field(param: Param, data: Data, entries: Entries, say: Say, changed: () => void): { element: HTMLElement; fault: HTMLElement } {
  const fault = h("p", { class: "fault", id: id("fault"), hidden: true });
  const hint = h("p", { class: "hint", id: id("hint") }, hintOf(param, say));
  const set = (value: string | File | undefined) => {
    if (value === undefined || value === "") entries.delete(param.name);
    else entries.set(param.name, value);
    changed();
  };
  const input = control(param, data, entries.get(param.name), say, set);
  const main = input.matches("[data-value]") ? input : input.querySelector<HTMLElement>("[data-value]")!;
  main.id = id("value");
  main.setAttribute("aria-describedby", `${hint.id} ${fault.id}`);
  if (param.required) main.setAttribute("aria-required", "true");
  const label = h("label", { for: main.id }, h("code", {}, param.name), param.required ? h("span", { class: "mark" }, ` ${say("required")}`) : null);
  return { element: h("div", { class: "field" }, label, input, hint, fault), fault };
}

function hintOf(param: Param, say: Say): string {
  const facts = [
    param.desc,
    param.requiredBy && say("hint_required_by", param.requiredBy.join(", ")),
    param.default !== undefined && say("default", param.default),
    param.min !== undefined && say("from", param.min),
    param.max !== undefined && say("to", param.max),
    param.most !== undefined && say("most", param.most),
    isList(param) && say("hint_list"),
    (param.kind === "timestamp" || param.kind === "datetime") && say("hint_time"),
    param.example !== undefined && say("example", param.example),
    param.json,
  ];
  return facts.filter(Boolean).map((fact) => String(fact).replace(/[.。]$/, "")).join(" · ");
}

/** The field that fits the type. */
function control(param: Param, data: Data, value: string | File | undefined, say: Say, set: (value: string | File | undefined) => void): HTMLElement {
  const text = typeof value === "string" ? value : "";
  const listens = { "data-value": param.name, name: param.name };
  const typed = (event: Event) => set((event.target as HTMLInputElement).value);
  if (param.kind === "file") {
    return h("input", { ...listens, type: "file", onchange: (event) => set((event.target as HTMLInputElement).files?.[0]) });
  }
  if (isJson(param, data)) return h("textarea", { ...listens, rows: 4, spellcheck: "false", oninput: typed }, text);
  if (param.kind === "flag" || (param.values && !isList(param))) return listed(param, text, say, set, listens);
  const times: Record<string, string> = { date: "date", datetime: "datetime-local", timestamp: "datetime-local" };
  const isTime = times[param.kind] !== undefined;
  const input = h("input", {
    ...listens,
    type: param.secret ? "password" : (times[param.kind] ?? "text"),
    step: isTime && param.kind !== "date" ? 1 : undefined,
    inputmode: param.kind === "int" ? "numeric" : param.kind === "float" ? "decimal" : undefined,
    autocomplete: "off",
    spellcheck: "false",
    value: text,
    oninput: typed,
  });
  // A link may hold a time as it is sent, which a field of times would take and not show.
  if (isTime && text !== "" && input.value === "") {
    input.type = "text";
    input.value = text;
  }
  return input;
}

/** What is listed, and room for what is not: the lists of the documents are clipped. */
function listed(param: Param, text: string, say: Say, set: (value: string) => void, listens: Record<string, string>): HTMLElement {
  const values: [string, string][] = param.values ?? [["0", ""], ["1", ""]];
  const isKnown = text === "" || values.some(([value]) => value === text);
  const other: HTMLInputElement = h("input", {
    type: "text",
    "aria-label": say("other_value", param.name),
    hidden: isKnown,
    value: isKnown ? "" : text,
    oninput: () => set(other.value),
  });
  const options = [
    h("option", { value: "" }, say("unset")),
    ...values.map(([value, meaning]) => h("option", { value, selected: value === text }, meaning ? `${value} · ${meaning}` : value)),
    h("option", { value: "\0", selected: !isKnown }, say("other")),
  ];
  const select = h(
    "select",
    {
      ...listens,
      onchange: () => {
        other.hidden = select.value !== "\0";
        set(other.hidden ? select.value : other.value);
      },
    },
    ...options,
  );
  return h("div", { class: "listed" }, select, other);
}

// The operation, found as one types: a combobox with a list.
import { searchIn, type Operation } from "./data";
import { h, id } from "./dom";
import type { Say } from "./words";

const SHOWN = 50;

export function chooser(operations: Operation[], say: Say, chosen: (operation: Operation) => void): { element: HTMLElement; show: (operation: Operation) => void } {
  const search = searchIn(operations);
  const list = h("ul", { role: "listbox", id: id("list"), "aria-label": say("operation"), hidden: true });
  const input = h("input", {
    type: "text",
    role: "combobox",
    id: id("operation"),
    name: "operation",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const told = h("p", { class: "hint", role: "status" });
  let found: Operation[] = [];
  let current = -1;
  let shown: Operation | undefined;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    told.textContent = "";
  };
  const point = (at: number) => {
    current = at;
    for (const [index, option] of [...list.children].entries()) {
      const is = index === at;
      option.setAttribute("aria-selected", String(is));
      if (!is) continue;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  };
  const open = (asked: string) => {
    found = search(asked);
    told.textContent = found.length ? say("found", found.length) : say("none_found");
    list.replaceChildren(
      ...found.slice(0, SHOWN).map((operation) =>
        h(
          "li",
          // Before the field loses the focus, which closes the list.
          { role: "option", id: id("option"), onmousedown: (event) => (event.preventDefault(), take(operation)) },
          h("code", {}, operation.name),
          ` ${operation.title}`,
        ),
      ),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    current = -1;
    input.removeAttribute("aria-activedescendant");
  };
  const show = (operation: Operation) => {
    shown = operation;
    input.value = `${operation.name} ${operation.title}`;
    close();
  };
  const take = (operation: Operation) => {
    show(operation);
    chosen(operation);
  };
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open(""));
  input.addEventListener("blur", () => (shown ? show(shown) : close()));
  input.addEventListener("keydown", (event) => {
    const last = Math.min(found.length, SHOWN) - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open("");
      else point(event.key === "ArrowDown" ? Math.min(current + 1, last) : Math.max(current - 1, 0));
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      const operation = found[Math.max(current, 0)];
      if (operation) take(operation);
    } else if (event.key === "Escape" && shown) show(shown);
  });
  const element = h(
    "div",
    { class: "field chooser" },
    h("label", { for: input.id }, say("operation")),
    input,
    list,
    told,
    h("p", { class: "hint" }, say("operation_hint")),
  );
  return { element, show };
}

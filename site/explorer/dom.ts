// Elements, in short.

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => unknown)>;

/** An element. Attributes that begin with `on` are listeners; what is false or undefined is left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    // What stands in an attribute is in all that writes the page down: a key or a password is none for that.
    else if (name === "value" && element instanceof HTMLInputElement) element.value = String(value ?? "");
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

let ids = 0;
/** An id that nothing else has. */
export const id = (name: string): string => `explorer-${name}-${(ids += 1)}`;

/** A field with its label and what is said below it. */
export function labelled(label: string, field: HTMLElement, ...below: Child[]): HTMLElement {
  field.id ||= id("field");
  return h("div", { class: "field" }, h("label", { for: field.id }, label), field, ...below);
}

/** Code that can be copied, and scrolled with the keyboard. */
export function block(label: string, text: string, copy: string, copied: string): HTMLElement {
  const code = h("pre", { tabindex: 0, "aria-label": label }, text);
  const button = h("button", { type: "button", class: "copy", "aria-label": `${copy}: ${label}` }, copy);
  button.addEventListener("click", async () => {
    if (await toClipboard(code.textContent ?? "")) brief(button, copied, copy);
    else getSelection()?.selectAllChildren(code);
  });
  return h("div", { class: "block" }, code, button);
}

/** What came of a click, in the button; then it says again what it does. */
export function brief(button: HTMLElement, came: string, label: string): void {
  button.textContent = came;
  setTimeout(() => (button.textContent = label), 3000);
}

/** Whether it went there: pages that came without TLS have no clipboard, and others may be refused it. */
export async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export interface Tab {
  label: string;
  panel: HTMLElement;
}

/** Tabs as keyboards and screen readers know them: arrows go from one to the other. */
export function tabs(label: string, all: Tab[], chosen?: (index: number) => void): { element: HTMLElement; choose: (index: number, focus?: boolean) => void } {
  const buttons = all.map((tab) => h("button", { type: "button", role: "tab", id: id("tab") }, tab.label));
  const choose = (index: number, focus = false) => {
    for (const [at, tab] of all.entries()) {
      const is = at === index;
      buttons[at]!.setAttribute("aria-selected", String(is));
      buttons[at]!.tabIndex = is ? 0 : -1;
      tab.panel.hidden = !is;
    }
    if (focus) buttons[index]!.focus();
    chosen?.(index);
  };
  for (const [at, tab] of all.entries()) {
    tab.panel.id ||= id("panel");
    tab.panel.setAttribute("role", "tabpanel");
    tab.panel.setAttribute("aria-labelledby", buttons[at]!.id);
    buttons[at]!.setAttribute("aria-controls", tab.panel.id);
    buttons[at]!.addEventListener("click", () => choose(at));
    buttons[at]!.addEventListener("keydown", (event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose((to + all.length) % all.length, true);
    });
  }
  const list = h("div", { role: "tablist", "aria-label": label, class: "tabs" }, ...buttons);
  return { element: h("div", { class: "tabbed" }, list, ...all.map((tab) => tab.panel)), choose };
}

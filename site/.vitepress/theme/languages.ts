// Who chose Python in one group of tabs sees Python in all of them, also on the next page.
import { nextTick } from "vue";
import type { Router } from "vitepress";

const KEY = "baijiayun-language";

export function rememberLanguage(router: Router): void {
  addEventListener("click", (event) => {
    const label = event.target instanceof HTMLElement ? event.target.closest(".vp-code-group .tabs label") : null;
    const language = label?.textContent?.trim();
    // What the program below clicks is none of the reader's choices.
    if (!language || !event.isTrusted) return;
    localStorage.setItem(KEY, language);
    show(language);
  });
  const after = router.onAfterRouteChange;
  router.onAfterRouteChange = async (to) => {
    await after?.(to);
    await nextTick();
    // The page is drawn a frame later.
    requestAnimationFrame(() => show(localStorage.getItem(KEY)));
  };
}

function show(language: string | null): void {
  if (language === null) return;
  for (const label of document.querySelectorAll<HTMLElement>(".vp-code-group .tabs label")) {
    const input = document.getElementById(label.getAttribute("for") ?? "");
    if (label.textContent?.trim() === language && input instanceof HTMLInputElement && !input.checked) label.click();
  }
}

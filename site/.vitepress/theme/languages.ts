// Who chose Python in one group of tabs sees Python in all of them, also on the next page.
import { nextTick } from "vue";
import type { Router } from "vitepress";

const KEY = "baijiayun-language";

export function rememberLanguage(router: Router): void {
  let showing = false;

  /** Chooses it in all groups; what the reader looks at stays where it is, however long the code above it is now. */
  const show = (language: string | null, place: Element | null): void => {
    if (language === null) return;
    const top = place?.getBoundingClientRect().top;
    showing = true;
    for (const label of document.querySelectorAll<HTMLElement>(".vp-code-group .tabs label")) {
      const input = document.getElementById(label.getAttribute("for") ?? "");
      if (label.textContent?.trim() === language && input instanceof HTMLInputElement && !input.checked) label.click();
    }
    showing = false;
    if (top !== undefined) scrollBy({ top: place!.getBoundingClientRect().top - top, behavior: "instant" });
  };

  // By a pointer or by the arrows of the keyboard. What the program clicks is none of the reader's choices.
  addEventListener("change", ({ target }) => {
    if (showing || !(target instanceof HTMLInputElement) || !target.matches(".vp-code-group input")) return;
    const language = target.labels?.[0]?.textContent?.trim();
    if (!language) return;
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // A browser that keeps nothing for pages: it is chosen on this one.
    }
    show(language, target.closest(".tabs"));
  });
  const after = router.onAfterRouteChange;
  router.onAfterRouteChange = async (to) => {
    await after?.(to);
    await nextTick();
    // The page is drawn a frame later.
    requestAnimationFrame(() => show(remembered(), asked()));
  };
}

/** The heading that the address names. */
function asked(): Element | null {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

// The start page of VitePress's theme has nothing that says to a screen reader where its content is; all others have.
import type { Router } from "vitepress";

export function nameMain(router: Router): void {
  const after = router.onAfterRouteChange;
  router.onAfterRouteChange = async (to) => {
    await after?.(to);
    // The page is drawn a frame later.
    requestAnimationFrame(() => {
      const content = document.getElementById("VPContent");
      if (content?.classList.contains("is-home")) content.setAttribute("role", "main");
      else content?.removeAttribute("role");
    });
  };
}

import type { Theme } from "vitepress";
// Its own fonts have no Chinese: the system's do for both.
import DefaultTheme from "vitepress/theme-without-fonts";

import { rememberLanguage } from "./languages";
import { nameMain } from "./landmarks";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ router }) {
    if (import.meta.env.SSR) return;
    rememberLanguage(router);
    nameMain(router);
  },
} satisfies Theme;

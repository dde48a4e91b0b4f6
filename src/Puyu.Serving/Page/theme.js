// Not a module: it runs before the page is drawn, so that a chosen theme does not flash into view.
"use strict";
try {
  const theme = localStorage.getItem("puyu.theme");
  if (theme === "dark" || theme === "light") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage is switched off: the system's theme it is.
}

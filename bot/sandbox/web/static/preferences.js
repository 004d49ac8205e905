/** What this browser remembers of the page: the theme, and this tab the messages that were dismissed. */

const KEY = "sandbox-theme";
const DISMISSED = "sandbox-dismissed";
const light = window.matchMedia("(prefers-color-scheme: light)");

/** The theme that is shown: the chosen one, or else the system's. @returns {"dark"|"light"} */
export function theme() {
  return chosen() ?? (light.matches ? "light" : "dark");
}

/** Show the theme; follows the system until one was chosen. */
export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}

/** Change to the other theme and remember it. @returns {"dark"|"light"} */
export function toggleTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser that keeps nothing shows it until the page is left.
  }
  document.documentElement.dataset.theme = next;
  return next;
}

/** The messages that were dismissed in this tab, by id. @returns {Set<string>} */
export function dismissedMessages() {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]"));
  } catch {
    return new Set();
  }
}

/** Remember them, through a reload too. @param {Set<string>} ids */
export function rememberDismissed(ids) {
  try {
    sessionStorage.setItem(DISMISSED, JSON.stringify([...ids]));
  } catch {
    // A browser that keeps nothing shows them again when the page is loaded anew.
  }
}

function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : null;
  } catch {
    return null;
  }
}

light.addEventListener("change", applyTheme);

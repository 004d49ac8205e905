/** Short sentences below the top line: what Discord's client says of itself. */

import { el, icon } from "./dom.js";
import { on } from "./store.js";

const SHOWN_MS = 8000;

/** @param {HTMLElement} node */
export function mountToasts(node) {
  on("toast", (text) => show(node, text));
  on("interaction", (one) => {
    if (one.state === "failed" && !one.message_id) show(node, one.text ?? "This interaction failed");
  });
}

function show(node, text) {
  const close = el(
    "button",
    { type: "button", "aria-label": "Close", on: { click: () => toast.remove() } },
    icon("close"),
  );
  const toast = el("div", { class: "toast" }, el("span", { text }), close);
  node.append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}

/** The open channel's messages. */

import { el } from "./dom.js";
import { on } from "./store.js";

const views = new Map();
let log = null;

/** @param {HTMLElement} node */
export function mountMessages(node) {
  log = el("div", { class: "log", role: "log", "aria-label": "Messages", tabindex: "0" });
  node.append(log);
  on("messages", (all) => {
    views.clear();
    for (const one of all) views.set(one.message.id, one);
    show();
  });
  on("message", ({ view }) => {
    views.set(view.message.id, view);
    show();
  });
}

function show() {
  const lines = [...views.values()].map((one) => el("article", { dataset: { messageId: one.message.id } }, one.message.content));
  log.replaceChildren(...lines);
}

/** Scroll to a message and mark it for a moment. @param {string} id */
export function showMessage(id) {
  log.querySelector(`[data-message-id="${id}"]`)?.scrollIntoView();
}

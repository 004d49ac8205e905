/** How an element opens the menu of a message or of a person: right click, Shift+F10, the menu key. */

import { openMenu } from "./menu.js";

/**
 * Make an element open a menu. Returns the element.
 * @template {HTMLElement} T
 * @param {T} node
 * @param {() => {message?: any, user?: any}} about what the menu is of, asked when it opens
 * @param {{click?: boolean}} [options] whether a plain click opens it too
 * @returns {T}
 */
export function opensMenu(node, about, options = {}) {
  const show = (event) => {
    event.preventDefault();
    event.stopPropagation();
    openMenu(event, about());
  };
  node.addEventListener("contextmenu", show);
  node.addEventListener("keydown", (event) => {
    if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) show(event);
  });
  if (options.click) {
    node.addEventListener("click", show);
    node.setAttribute("aria-haspopup", "menu");
  }
  return node;
}

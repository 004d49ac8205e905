/** Small square buttons with a drawing in them. */

import { el, icon } from "./dom.js";

/**
 * @param {string} drawing a name that `icon` knows
 * @param {string} label
 * @param {(event: Event) => void} click
 * @param {Record<string, any>} [props] more of the button's, as `el` takes them
 * @returns {HTMLElement}
 */
export function tool(drawing, label, click, props = {}) {
  const all = { type: "button", class: "tool", "aria-label": label, title: label, on: { click }, ...props };
  return el("button", all, icon(drawing));
}

/** Links that leave the page. */

import { el } from "./dom.js";

/**
 * A link in a tab of its own; what is no web address is shown, and leads nowhere.
 * @param {string} url @param {(Node|string)[]} inside @param {Record<string, any>} [props]
 */
export function outside(url, inside, props = {}) {
  if (!/^https?:\/\//i.test(url)) return el("span", { ...props, title: url }, ...inside);
  return el("a", { ...props, href: url, target: "_blank", rel: "noreferrer noopener" }, ...inside);
}

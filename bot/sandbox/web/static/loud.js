/** What this page does not know is shown as such, so that nobody takes its absence for the bot's silence. */

import { el } from "./dom.js";

/**
 * A striped box with what it is and its JSON.
 * @param {string} what such as "component type 99"
 * @param {any} data
 */
export function loud(what, data) {
  const title = el("strong", { text: `Unknown ${what}` });
  const json = el(
    "pre",
    { tabindex: "0", role: "region", "aria-label": `Unknown ${what}, as JSON`, text: JSON.stringify(data, null, 2) },
  );
  return el(
    "div",
    { class: "loud", dataset: { unknown: what } },
    title,
    el("div", { text: "The sandbox's page does not show this. Discord may." }),
    json,
  );
}

/**
 * A loud box for the fields that are not known and say something; null when there are none.
 * @param {string} of whose fields
 * @param {Record<string, any>} object
 * @param {Set<string>} known
 */
export function strange(of, object, known) {
  const fields = Object.entries(object).filter(([name, value]) => !known.has(name) && says(value));
  if (!fields.length) return null;
  const names = fields.map(([name]) => name).join(", ");
  return loud(`field of ${of}: ${names}`, Object.fromEntries(fields));
}

function says(value) {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

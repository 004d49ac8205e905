/** Legacy embeds. */

import { el } from "./dom.js";
import { inline } from "./inline.js";
import { outside } from "./links.js";
import { loud, strange } from "./loud.js";
import { renderMarkdown } from "./markdown.js";
import { gallery, thumbnail } from "./media.js";
import { stamp } from "./time.js";

const FIELDS = new Set([
  "type", "title", "description", "url", "color", "timestamp", "fields", "author", "footer", "image", "thumbnail",
  "content_scan_version",
]);
const TYPES = new Set(["rich", "image", "link", "article", undefined]);

/** @param {any[]} embeds @returns {HTMLElement|null} */
export function renderEmbeds(embeds) {
  if (!embeds?.length) return null;
  return el("div", { class: "embeds" }, ...embeds.map(embed));
}

function embed(one) {
  if (!TYPES.has(one.type)) return loud(`embed type ${one.type}`, one);
  const colour = Number.isInteger(one.color) ? { "--accent-color": `#${one.color.toString(16).padStart(6, "0")}` } : {};
  const title = one.title && el(
    "div",
    { class: "embed-title" },
    ...(one.url ? [outside(one.url, inline(one.title))] : inline(one.title)),
  );
  const words = [author(one.author), title, one.description && renderMarkdown(one.description), fields(one.fields)];
  const body = el(
    "div",
    { class: "embed-body" },
    el("div", { class: "embed-words" }, ...words),
    one.thumbnail && thumbnail(one.thumbnail, one.thumbnail.description),
  );
  const image = one.image && gallery([{ media: one.image, description: one.image.description }]);
  return el("div", { class: "embed", style: colour }, body, image, footer(one), strange("embed", one, FIELDS));
}

function author(of) {
  if (!of) return null;
  const picture = of.icon_url && el("img", { src: of.proxy_icon_url ?? of.icon_url, alt: "" });
  return el(
    "div",
    { class: "embed-author" },
    picture,
    of.url ? outside(of.url, [of.name]) : el("span", { text: of.name }),
  );
}

function fields(all) {
  if (!all?.length) return null;
  const one = ({ name, value, inline: beside }) => {
    return el(
      "div",
      { class: beside ? "embed-field beside" : "embed-field" },
      el("div", { class: "embed-field-name" }, ...inline(name)),
      renderMarkdown(value),
    );
  };
  return el("div", { class: "embed-fields" }, ...all.map(one));
}

function footer({ footer: of, timestamp }) {
  if (!of && !timestamp) return null;
  const picture = of?.icon_url && el("img", { src: of.proxy_icon_url ?? of.icon_url, alt: "" });
  return el(
    "div",
    { class: "embed-footer" },
    picture,
    of?.text && el("span", { text: of.text }),
    of && timestamp && " • ",
    timestamp && stamp(timestamp),
  );
}

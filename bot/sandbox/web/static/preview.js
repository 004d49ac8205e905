/** The first lines of a text file, as Discord's client shows them. */

import { getText } from "./api.js";
import { el } from "./dom.js";

const TEXT = /^(text\/|application\/(json|xml))/;
const TEXT_NAME = /\.(txt|csv|json|xml|log|md|pem)$/i;
const MOST_BYTES = 200_000;
const LINES = 6;

/** A place that fills itself; null for what is not text, or too long. @param {any} file @param {string} name */
export function filePreview(file, name) {
  const text = TEXT.test(file.content_type ?? "") || TEXT_NAME.test(name);
  if (!text || (file.size ?? 0) > MOST_BYTES) return null;
  const node = el("div", { class: "preview", hidden: true });
  getText(file.url).then((all) => fill(node, all, name), () => node.remove());
  return node;
}

function fill(node, all, name) {
  const lines = all.replace(/\s+$/, "").split("\n");
  const code = el("code");
  const body = el("pre", { class: "code", tabindex: "0", role: "region", "aria-label": `Contents of ${name}` }, code);
  const more = el("button", { type: "button", class: "preview-more" });
  const show = (whole) => {
    code.textContent = (whole ? lines : lines.slice(0, LINES)).join("\n");
    more.setAttribute("aria-expanded", String(whole));
    more.textContent = whole ? "Collapse" : `Show all ${lines.length} lines`;
  };
  more.addEventListener("click", () => show(more.getAttribute("aria-expanded") !== "true"));
  more.hidden = lines.length <= LINES;
  show(false);
  node.append(body, more);
  node.hidden = false;
}

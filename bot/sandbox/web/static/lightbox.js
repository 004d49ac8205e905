/** One picture over the whole page, and the others of its gallery by the arrow keys. */

import { el, icon } from "./dom.js";
import { tool } from "./tools.js";

/** @param {{media: any, description?: string|null}[]} items @param {number} first which to begin with */
export function openLightbox(items, first) {
  let at = first;
  const image = el("img", { class: "lightbox-picture" });
  const caption = el("p", { class: "lightbox-caption", "aria-live": "polite" });
  const count = el("span", { class: "lightbox-count" });
  const itself = "Open the picture itself";
  const original = el(
    "a",
    { class: "tool", target: "_blank", rel: "noreferrer noopener", "aria-label": itself, title: itself },
    icon("external"),
  );
  const close = tool("close", "Close", () => dialog.close(), { autofocus: true });
  const before = tool("left", "Previous picture", () => show(at - 1));
  const after = tool("right", "Next picture", () => show(at + 1));
  const bar = el("div", { class: "lightbox-bar" }, count, original, close);
  const stage = el("div", { class: "lightbox-stage" }, before, image, after);
  const dialog = el("dialog", { class: "lightbox", "aria-label": "Picture" }, bar, stage, caption);

  const show = (next) => {
    at = (next + items.length) % items.length;
    const { media, description } = items[at];
    image.src = media.proxy_url ?? media.url;
    image.alt = description ?? "";
    caption.textContent = description ?? "";
    original.href = media.url;
    count.textContent = items.length > 1 ? `${at + 1} of ${items.length}` : "";
  };
  before.hidden = after.hidden = items.length < 2;
  dialog.addEventListener("keydown", (event) => {
    if (items.length < 2 || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    show(at + (event.key === "ArrowLeft" ? -1 : 1));
  });
  dialog.addEventListener("click", (event) => [dialog, stage].includes(event.target) && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.getElementById("overlays").append(dialog);
  show(first);
  dialog.showModal();
}

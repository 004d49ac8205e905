// Files that are dropped anywhere on the page.

import { el } from "./dom.js";
import { filesOf } from "./picker.js";

/** Take them, but not behind an open form. @param {(items: import("./picker.js").Picked[]) => void} take */
export function acceptDrops(take) {
  const words = el("p", { text: "Drop to attach" });
  const veil = el("div", { class: "veil", hidden: true, "aria-hidden": "true" }, words);
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  document.body.append(veil);
  document.addEventListener("dragenter", (event) => wanted(event) && show(1));
  document.addEventListener("dragleave", (event) => wanted(event) && show(-1));
  document.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  // Even one that a field takes for itself ends the drag.
  document.addEventListener("drop", () => show(-depth), true);
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    const items = filesOf(event.dataTransfer);
    if (wanted(event) && items.length) take(items);
  });
}

function wanted(event) {
  return holdsFiles(event) && !document.querySelector("dialog[open]");
}

function holdsFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

/** Message components, by their type: Components V2, rows of buttons and selects. */

import { pressable } from "./buttons.js";
import { el, rekey } from "./dom.js";
import { loud, strange } from "./loud.js";
import { renderMarkdown } from "./markdown.js";
import { cover, fileCard, gallery, path, thumbnail } from "./media.js";
import { renderSelect } from "./selects.js";

const SELECT = ["custom_id", "placeholder", "min_values", "max_values", "disabled"];

/** The types (source: Discord's component reference), what each shows, and the fields that are shown. */
const KINDS = {
  1: ["action row", row, ["components"]],
  2: ["button", pressable, ["style", "label", "custom_id", "url", "disabled", "emoji"]],
  3: ["string select", select, [...SELECT, "options"]],
  5: ["user select", select, [...SELECT, "default_values"]],
  6: ["role select", select, [...SELECT, "default_values"]],
  7: ["mentionable select", select, [...SELECT, "default_values"]],
  8: ["channel select", select, [...SELECT, "default_values", "channel_types"]],
  9: ["section", section, ["components", "accessory"]],
  10: ["text display", text, ["content"]],
  11: ["thumbnail", small, ["media", "description", "spoiler"]],
  12: ["media gallery", pictures, ["items"]],
  13: ["file", file, ["file", "name", "size", "spoiler"]],
  14: ["separator", separator, ["divider", "spacing"]],
  17: ["container", container, ["components", "accent_color", "spoiler"]],
};
const ITEM_FIELDS = new Set(["media", "description", "spoiler"]);

/**
 * Show a message's components.
 * @param {any[]} components
 * @param {any} message which they belong to
 * @returns {HTMLElement|null}
 */
export function renderComponents(components, message) {
  if (!components?.length) return null;
  return el("div", { class: "components" }, ...components.map((one) => render(one, message)));
}

function render(component, message) {
  const [name, show, fields] = KINDS[component.type] ?? [];
  if (!show) return loud(`component type ${component.type}`, component);
  const odd = strange(name, component, new Set(["type", "id", ...fields]));
  const node = show(component, message);
  return odd ? el("div", { class: "odd" }, node, odd) : node;
}

function row({ components }, message) {
  return el("div", { class: "row" }, ...components.map((one) => render(one, message)));
}

function select(component, message) {
  return el(
    "div",
    { class: "select-place", key: JSON.stringify([message.id, component]) },
    renderSelect(component, message),
  );
}

function section({ components, accessory }, message) {
  const words = el("div", { class: "section-words" }, ...components.map((one) => render(one, message)));
  return el("div", { class: "section" }, words, el("div", { class: "accessory" }, render(accessory, message)));
}

function text({ content }) {
  return renderMarkdown(content);
}

function small({ media, description, spoiler }) {
  return thumbnail(media, description, spoiler);
}

function pictures({ items }) {
  const odd = items.map((item) => strange("media gallery item", item, ITEM_FIELDS)).filter(Boolean);
  return odd.length ? el("div", {}, gallery(items), ...odd) : gallery(items);
}

function file({ file: media, name, size, spoiler }) {
  return fileCard({ ...media, filename: name ?? undefined, size: size ?? media.size }, spoiler);
}

function separator({ divider, spacing }) {
  const kind = `separator${spacing === 2 ? " large" : ""}`;
  return divider === false ? el("div", { class: `${kind} blank` }) : el("hr", { class: kind });
}

function container({ components, accent_color: colour, spoiler }, message) {
  const accent = Number.isInteger(colour);
  const style = accent ? { "--accent-color": `#${colour.toString(16).padStart(6, "0")}` } : {};
  const node = el(
    "div",
    { class: `container${accent ? " accented" : ""}`, style },
    ...components.map((one) => render(one, message)),
  );
  return spoiler ? rekey(cover(node, "content"), JSON.stringify(components, unsigned)) : node;
}

/** Signatures of addresses change while what is there does not. */
function unsigned(_, value) {
  return typeof value === "string" && value.startsWith("http") ? path(value) : value;
}

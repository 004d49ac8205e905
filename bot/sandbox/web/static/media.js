/** Pictures and files: galleries, covers of spoilers, cards of files. */

import { el, icon, rekey } from "./dom.js";
import { openLightbox } from "./lightbox.js";
import { strange } from "./loud.js";
import { filePreview } from "./preview.js";

const PICTURE = /^image\/(png|jpeg|webp|gif|avif|bmp)\b/;
const PICTURE_NAME = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;
const FIELDS = new Set([
  "id", "filename", "title", "description", "content_type", "size", "url", "proxy_url", "width", "height", "ephemeral",
  "placeholder", "placeholder_version", "content_scan_version",
]);
const ELSEWHERE = "This picture is elsewhere on the network, and is not loaded.";
const GONE = "This picture is not there any more, or its link has expired.";
const SINGLE = { width: 550, height: 350 }; // the largest that Discord shows a picture alone, in CSS pixels

/**
 * Up to ten pictures in a grid.
 * @param {{media: any, description?: string|null, spoiler?: boolean}[]} items
 * @param {{label?: string}} [options]
 */
export function gallery(items, options = {}) {
  const count = Math.min(items.length, 10);
  const shown = items.map((item, at) => cell(item, items, at, count === 1));
  const label = options.label ?? (count === 1 ? "Picture" : `${count} pictures`);
  return el("div", { class: `gallery n-${count}`, role: "group", "aria-label": label }, ...shown);
}

/**
 * A small picture beside a section or in an embed.
 * @param {any} media @param {string|null} [description] @param {boolean} [spoiler]
 */
export function thumbnail(media, description, spoiler) {
  const item = { media, description, spoiler };
  return el("div", { class: "thumbnail" }, cell(item, [item], 0, false));
}

/** What was attached and is shown nowhere else: pictures in a grid, then files. @param {any[]} all */
export function attachments(all) {
  if (!all.length) return null;
  const pictures = all.filter(isPicture);
  const files = all.filter((one) => !isPicture(one));
  const items = pictures.map((one) => ({ media: one, description: one.description, spoiler: covered(one.filename) }));
  const shown = pictures.length > 0 && gallery(
    items,
    { label: pictures.length === 1 ? "Attached picture" : "Attached pictures" },
  );
  const odd = all.map((one) => strange("attachment", one, FIELDS));
  return el(
    "div",
    { class: "attachments" },
    shown,
    ...odd,
    ...files.map((one) => fileCard(one, covered(one.filename))),
  );
}

/**
 * A file to download, with the beginning of what is text.
 * @param {{filename?: string, name?: string, url: string, size?: number|null, content_type?: string}} file
 * @param {boolean} [spoiler]
 */
export function fileCard(file, spoiler = false) {
  const name = file.filename ?? file.name ?? nameOf(file.url);
  const size = file.size === null || file.size === undefined ? "" : sizeOf(file.size);
  const open = el("a", { class: "file-name", href: file.url, download: name, text: name });
  const load = el(
    "a",
    { class: "tool", href: file.url, download: name, "aria-label": `Download ${name}`, title: "Download" },
    icon("download"),
  );
  const head = el(
    "div",
    { class: "file-head" },
    icon("file"),
    el("div", { class: "file-words" }, open, el("small", { text: size })),
    load,
  );
  const card = el(
    "div",
    { class: "file", key: `file ${path(file.url)}`, dataset: { filename: name } },
    head,
    filePreview(file, name),
  );
  return spoiler ? rekey(cover(card, "file"), `file ${path(file.url)}`) : card;
}

/** Whether a file is shown as a picture. @param {any} file */
function isPicture(file) {
  return PICTURE.test(file.content_type ?? "") || (!file.content_type && PICTURE_NAME.test(file.filename));
}

function covered(filename) {
  return filename.startsWith("SPOILER_");
}

function cell(item, items, at, single) {
  const { media, description, spoiler } = item;
  const alt = description || "";
  const image = el(
    "img",
    { src: media.proxy_url ?? media.url, alt, decoding: "async", ...(single ? sized(media) : {}) },
  );
  const label = alt ? `Open picture: ${alt}` : "Open picture";
  const open = () => openLightbox(items, at);
  const button = el(
    "button",
    { type: "button", class: "picture", "aria-label": label, title: alt || null, on: { click: open } },
    image,
  );
  image.addEventListener("error", () => broken(node, button, media), { once: true });
  if (alt) button.append(el("span", { class: "alt", "aria-hidden": "true", text: "ALT" }));
  const node = spoiler ? cover(button, "picture") : button;
  return rekey(node, `picture ${path(media.url)} ${alt} ${Boolean(spoiler)}`);
}

/** The size to show a picture alone in, kept free until it is there. */
function sized({ width, height }) {
  if (!width || !height) return {};
  const scale = Math.min(1, SINGLE.width / width, SINGLE.height / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function broken(node, button, media) {
  const elsewhere = new URL(media.url, location.href).origin !== location.origin;
  const why = elsewhere ? ELSEWHERE : GONE;
  const where = elsewhere && el("code", { text: media.url });
  button.replaceWith(el("div", { class: "broken" }, icon("warning"), el("span", { text: why }), where));
  rekey(node, "broken"); // so that the next state of the message tries again
}

/** Cover something until it is pressed; it needs a key to stay open. @param {HTMLElement} inside @param {string} what */
export function cover(inside, what) {
  inside.inert = true;
  const lid = el(
    "button",
    { type: "button", class: "lid", "aria-label": `Spoiler: press to show the ${what}` },
    el("span", { text: "Spoiler" }),
  );
  const node = el("div", { class: "covered" }, inside, lid);
  lid.addEventListener("click", () => {
    inside.inert = false;
    node.classList.add("open");
    lid.remove();
    (inside.matches("button") ? inside : inside.querySelector("button, a"))?.focus();
  });
  return node;
}

/** An address without its signature, which changes while the file does not. @param {string} url */
export function path(url) {
  return url.split("?", 1)[0];
}

function nameOf(url) {
  return decodeURIComponent(path(url).split("/").at(-1));
}

function sizeOf(bytes) {
  const units = ["bytes", "KB", "MB"];
  const power = Math.min(2, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power ? 2 : 0)} ${units[power]}`;
}

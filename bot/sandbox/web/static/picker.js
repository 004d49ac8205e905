// Files to send: dropped, pasted, chosen, or one of the ready-made portraits.

import { el } from "./dom.js";
import { state } from "./store.js";
import { Chooser } from "./suggest.js";

/**
 * @typedef {{file: File} | {sample: string}} Picked
 * @typedef {{node: HTMLElement, items: () => Picked[], add: (more: Picked[]) => Picked[],
 *   set: (items: Picked[]) => void, focus: () => void}} Picker `add` answers what there was no room for
 */

/** The files of a paste or a drop. @param {DataTransfer | null} data @returns {Picked[]} */
export function filesOf(data) {
  return [...(data?.files ?? [])].map((file) => ({ file }));
}

/** Collects the files of one act under the names by which the act refers to them. */
export function parcel() {
  const files = {};
  const pack = (item) => {
    if (item.sample) return { sample: item.sample };
    const name = `f${Object.keys(files).length}`;
    files[name] = item.file;
    return { file: name };
  };
  return { files, pack };
}

/**
 * A place for files.
 * @param {{label: string, most?: number, changed?: () => void, done?: () => void, buttons?: boolean}} about `done`
 *   takes the focus on when a file was given; `buttons` false leaves out the ways to give one: then something
 *   else calls `add`
 * @returns {Picker}
 */
export function createPicker({ label, most = 1, changed = () => {}, done = null, buttons = true }) {
  let held = [];
  const thumbs = el("ul", { class: "thumbs", "aria-label": `${label}: files` });
  const choose = chooseButton(label, most > 1, give);
  const ready = samplesButton(label, (item) => give([item]));
  const ways = el("div", { class: "ways" }, choose, ready, el("span", { class: "hint", text: "or drop, paste" }));
  const on = {
    paste: (event) => take(event, event.clipboardData),
    drop: (event) => take(event, event.dataTransfer),
    dragover: (event) => {
      event.preventDefault();
      node.classList.add("over");
    },
    dragleave: () => node.classList.remove("over"),
  };
  const node = el("div", { class: "picker", role: "group", "aria-label": label, ...(buttons ? { on } : {}) }, thumbs);
  if (buttons) node.append(ways);
  draw();

  function take(event, data) {
    node.classList.remove("over");
    const files = filesOf(data);
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    set([...(most === 1 ? [] : held), ...files].slice(0, most));
    (done ?? focus)();
  }
  function give(items) {
    add(items);
    // Not before a list that was open has given the focus back.
    queueMicrotask(done ?? focus);
  }
  function set(items) {
    held = items;
    draw();
    changed();
  }
  function add(more) {
    const fit = more.slice(0, most - held.length);
    if (fit.length) set([...held, ...fit]);
    return more.slice(fit.length);
  }
  function remove(item) {
    set(held.filter((one) => one !== item));
    focus();
  }
  function draw() {
    thumbs.replaceChildren(...held.map((item) => thumb(item, () => remove(item))));
    thumbs.hidden = held.length === 0;
    ways.hidden = held.length >= most;
  }
  function focus() {
    (node.querySelector(".ways:not([hidden]) button") ?? node.querySelector("button"))?.focus();
  }
  return { node, items: () => held, add, set, focus };
}

/** Shows what is held, with a button that takes it away. */
function thumb(item, remove) {
  const name = nameOf(item);
  const picture = preview(item);
  const props = { type: "button", class: "remove", "aria-label": `Remove ${name}`, text: "✕" };
  const button = el("button", { ...props, on: { click: remove } });
  return el("li", { class: "thumb" }, picture, el("span", { class: "name", text: name, title: name }), button);
}

/** @param {Picked} item */
export function isPicture(item) {
  return Boolean(item.sample) || item.file.type.startsWith("image/");
}

/** What a file is called. @param {Picked} item */
export function nameOf(item) {
  return item.sample ? (sampleNamed(item.sample)?.label ?? item.sample) : item.file.name;
}

function preview(item) {
  if (item.sample) return el("img", { src: sampleNamed(item.sample)?.url ?? "", alt: "" });
  if (!isPicture(item)) return el("span", { class: "file-sign", "aria-hidden": "true", text: "📄" });
  const url = URL.createObjectURL(item.file);
  const done = () => URL.revokeObjectURL(url);
  return el("img", { src: url, alt: "", on: { load: done, error: done } });
}

function sampleNamed(name) {
  return (state?.samples ?? []).find((one) => one.name === name);
}

/**
 * A button that opens the system's file chooser.
 * @param {string} label what the files are for @param {boolean} multiple @param {(items: Picked[]) => void} given
 * @param {Node | null} [sign] shown instead of words
 */
export function chooseButton(label, multiple, given, sign = null) {
  const text = "Choose a file";
  const input = el("input", { type: "file", multiple, hidden: true, tabindex: "-1", "aria-label": `${label}: file` });
  input.addEventListener("change", () => {
    given([...input.files].map((file) => ({ file })));
    input.value = "";
  });
  const on = { click: () => input.click() };
  const props = { type: "button", class: "way", "aria-label": `${text} for ${label}`, title: text, on };
  const button = el("button", props, sign ?? text);
  return el("span", { class: "choose" }, button, input);
}

/** A button that lists the ready-made portraits. @param {string} label @param {(item: Picked) => void} given */
export function samplesButton(label, given) {
  const text = "Ready-made portraits";
  const props = { type: "button", class: "way", "aria-haspopup": "listbox", "aria-expanded": "false" };
  const button = el("button", { ...props, "aria-label": `${text} for ${label}`, title: text, text: "Ready-made" });
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-expanded") === "true") return;
    new Chooser(button, { label: `${text} for ${label}`, choices: portraits, pick: ({ value }) => given(value) });
  });
  return button;
}

function portraits() {
  return (state?.samples ?? []).map((one) => ({
    value: { sample: one.name },
    label: one.label,
    detail: one.alt,
    icon: () => el("img", { class: "portrait", src: one.url, alt: "" }),
  }));
}

// The line one types into: messages with files, and slash commands.

import { act, getCommands } from "./api.js";
import { el, icon } from "./dom.js";
import { chooseButton, createPicker, filesOf, parcel, samplesButton } from "./picker.js";
import { place, placeName } from "./referents.js";
import { createCommandForm } from "./slash.js";
import { current, emit, on } from "./store.js";
import { suggest } from "./suggest.js";

const ATTACHMENT = 11;
const MOST_FILES = 10;
const MOST_CHARACTERS = 2000;

let mounted = null;

/**
 * Turn the composer into a command, some of whose options are given.
 * @param {string} command its name, such as "faceswap" @param {Record<string, any>} [options] by name; a file is
 *   `{file: File}` or `{sample: name}`
 */
export async function prefill(command, options = {}) {
  await mounted?.begin(command, options);
}

/** Draw the composer. @param {HTMLElement} node */
export function mountComposer(node) {
  const input = el("textarea", { rows: "1", autocomplete: "off", maxlength: String(MOST_CHARACTERS), "aria-haspopup": "listbox" });
  const tray = createPicker({ label: "Files of the message", most: MOST_FILES, buttons: false });
  const alert = el("p", { class: "refused", role: "alert" });
  const send = el("button", { type: "submit", class: "solid", text: "Send" });
  const add = (items) => attach(items);
  const line = el("div", { class: "line" }, chooseButton("the message", true, add, icon("plus")), input, samplesButton("the message", (item) => add([item])), send);
  const form = el("form", { class: "writing", "aria-label": "Message", on: { submit: write } }, tray.node, line, alert);
  const veil = el("div", { class: "veil", hidden: true, "aria-hidden": "true" }, el("p", { text: "Drop to attach" }));
  let commands = [];
  let open = null;

  node.classList.add("composer");
  node.replaceChildren(form);
  (document.querySelector("#overlays") ?? document.body).append(veil);
  const list = suggest(input, { label: "Commands", load: offers, pick: ({ value }) => begin(value), anchor: line, none: "There is no such command here." });
  input.addEventListener("keydown", keydown);
  input.addEventListener("input", typed);
  input.addEventListener("paste", (event) => {
    const items = filesOf(event.clipboardData);
    if (items.length === 0) return;
    event.preventDefault();
    attach(items);
  });
  for (const name of ["identity", "channel"]) on(name, () => refresh(true));
  on("state", () => refresh(false));
  mounted = { begin };
  acceptDrops(veil, (items) => attach(items, true));
  refresh(true);

  async function refresh(moved) {
    const name = placeName();
    const barred = place().channel?.can_write === false;
    input.disabled = barred;
    const words = barred ? `You may not write in ${name}` : `Message ${name}`;
    input.placeholder = words;
    input.setAttribute("aria-label", words);
    if (moved && open) close();
    alert.textContent = "";
    await learn();
  }
  async function learn() {
    const channel = current.channel;
    if (!channel) return;
    try {
      const found = await getCommands(channel);
      if (channel === current.channel) commands = found.slash;
    } catch {
      commands = [];
    }
  }
  function offers(text) {
    if (!text.startsWith("/")) return null;
    const wanted = text.slice(1).trimEnd().toLowerCase();
    const names = (one) => [one.name, one.shown ?? one.name].map((name) => name.toLowerCase());
    const begins = (one) => names(one).some((name) => name.startsWith(wanted));
    const holds = (one) => names(one).some((name) => name.includes(wanted));
    const found = [...commands.filter(begins), ...commands.filter((one) => !begins(one) && holds(one))];
    return found.map((one) => ({ value: one.name, label: `/${one.shown ?? one.name}`, detail: one.description }));
  }
  /** "/faceswap " is as good as choosing it from the list, unless a longer name begins so. */
  function typed() {
    alert.textContent = "";
    grow();
    const text = input.value;
    if (!text.startsWith("/") || !text.endsWith(" ")) return;
    const name = text.slice(1, -1);
    const same = commands.find((one) => name === one.name || name === one.shown);
    if (same && !commands.some((one) => (one.shown ?? one.name).startsWith(`${name} `))) begin(same.name);
  }
  function keydown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  }
  function grow() {
    input.style.setProperty("height", "auto");
    input.style.setProperty("height", `${Math.min(input.scrollHeight, 200)}px`);
  }
  async function begin(name, given = {}) {
    if (commands.length === 0) await learn();
    const command = commands.find((one) => one.name === name);
    if (!command) return emit("toast", `There is no /${name} here.`);
    list.close();
    input.value = "";
    grow();
    open = createCommandForm(command, { given, sent: () => close(), cancel: () => close(true) });
    open.take(tray.items());
    tray.set([]);
    form.hidden = true;
    node.querySelector(".command")?.remove();
    form.after(open.node);
    open.focus();
  }
  /** Back to plain text; what was attached to a command that was not sent stays. */
  function close(keep = false) {
    if (keep) tray.set(open.pictures());
    open.node.remove();
    open = null;
    form.hidden = false;
    input.focus();
  }
  function attach(items, dropped = false) {
    if (input.disabled) return;
    if (open) return void open.take(items);
    const two = commands.find(takesTwoPictures);
    const held = tray.items().length + items.length;
    if (dropped && two && held === 2 && input.value === "") {
      tray.add(items);
      return void begin(two.name);
    }
    if (tray.add(items).length) alert.textContent = `A message takes ${MOST_FILES} files.`;
    input.focus();
  }
  async function write(event) {
    event.preventDefault();
    const content = input.value.trim();
    if (send.disabled || (content === "" && tray.items().length === 0)) return;
    if (content.startsWith("/") && commands.some((one) => `/${one.name}` === content)) return begin(content.slice(1));
    send.disabled = true;
    const { files, pack } = parcel();
    try {
      await act({ kind: "write", channel: current.channel, content, files: tray.items().map(pack) }, files);
      input.value = "";
      tray.set([]);
      grow();
    } catch (error) {
      alert.textContent = error.message;
    } finally {
      send.disabled = false;
      input.focus();
    }
  }
}

/** Whether two pictures are all that a command needs. */
function takesTwoPictures(command) {
  const required = (command.options ?? []).filter((one) => one.required);
  return required.length === 2 && required.every((one) => one.type === ATTACHMENT);
}

/** Take files that are dropped anywhere on the page, but not behind an open form. */
function acceptDrops(veil, take) {
  const wanted = (event) => event.dataTransfer?.types.includes("Files") && !document.querySelector("dialog[open]");
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => wanted(event) && show(1));
  document.addEventListener("dragleave", (event) => wanted(event) && show(-1));
  document.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  // Even one that a field takes for itself ends the drag.
  document.addEventListener("drop", () => show(-depth), true);
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const items = filesOf(event.dataTransfer);
    if (wanted(event) && items.length) take(items);
  });
}

// The line one types into: messages with files, and slash commands.

import { act, getCommands } from "./api.js";
import { avatar } from "./avatars.js";
import { el, icon } from "./dom.js";
import { acceptDrops } from "./drops.js";
import { chooseButton, createPicker, filesOf, isPicture, parcel, samplesButton } from "./picker.js";
import { place, placeName } from "./referents.js";
import { CommandForm } from "./slash.js";
import { current, emit, on, state } from "./store.js";
import { Suggestions } from "./suggest.js";

const ATTACHMENT = 11;
const MOST_FILES = 10;
const MOST_CHARACTERS = 2000;
const HIGHEST_PX = 200;

/** @type {Composer | null} */
let mounted = null;

/** Draw the composer. @param {HTMLElement} node */
export function mountComposer(node) {
  mounted = new Composer(node);
}

/**
 * Turn the composer into a command, some of whose options are given.
 * @param {string} command its name, such as "faceswap"
 * @param {Record<string, any>} [options] by name; a file is `{file: File}` or `{sample: name}`
 */
export async function prefill(command, options = {}) {
  await mounted?.begin(command, options);
}

class Composer {
  constructor(node) {
    this.commands = [];
    /** @type {CommandForm | null} */
    this.open = null;
    node.classList.add("composer");
    this.draw(node);
    this.listen();
    this.refresh(true);
  }

  draw(node) {
    const typing = { rows: "1", autocomplete: "off", maxlength: String(MOST_CHARACTERS), "aria-haspopup": "listbox" };
    this.input = el("textarea", typing);
    this.tray = createPicker({ label: "Files of the message", most: MOST_FILES, buttons: false });
    this.alert = el("p", { class: "refused", role: "alert" });
    this.send = el("button", { type: "submit", class: "solid", text: "Send" });
    const choose = chooseButton("the message", true, (items) => this.attach(items), icon("plus"));
    const ready = samplesButton("the message", (item) => this.attach([item]));
    const line = el("div", { class: "line" }, choose, this.input, ready, this.send);
    const props = { class: "writing", "aria-label": "Message", on: { submit: (event) => this.write(event) } };
    this.form = el("form", props, this.tray.node, line, this.alert);
    this.list = new Suggestions(this.input, {
      label: "Commands",
      none: "There is no such command here.",
      anchor: line,
      load: (text) => this.offers(text),
      pick: ({ value }) => this.begin(value),
    });
    node.replaceChildren(this.form);
  }

  listen() {
    this.input.addEventListener("keydown", (event) => this.keydown(event));
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("paste", (event) => this.paste(event));
    acceptDrops((items) => this.dropped(items));
    for (const name of ["identity", "channel"]) on(name, () => this.refresh(true));
    on("state", () => this.refresh(false));
    document.addEventListener("keydown", (event) => {
      if (isTyping(event) && !this.open && !this.input.disabled) this.input.focus();
    });
  }

  async refresh(moved) {
    const name = placeName();
    this.input.disabled = place().channel?.can_write === false;
    const words = this.input.disabled ? `You may not write in ${name}` : `Message ${name}`;
    this.input.placeholder = words;
    this.input.setAttribute("aria-label", words);
    this.alert.textContent = "";
    if (moved) this.close();
    await this.learn();
  }

  async learn() {
    const channel = current.channel;
    if (!channel) return;
    try {
      const found = await getCommands(channel);
      if (channel === current.channel) this.commands = found.slash;
    } catch {
      this.commands = [];
    }
    // Somebody may have typed before the commands were known.
    if (this.open || !this.input.value.startsWith("/")) return;
    this.typed();
    if (!this.open && document.activeElement === this.input) this.list.open();
  }

  /** The commands that fit what was typed, null when it is no command. */
  offers(text) {
    if (!text.startsWith("/")) return null;
    const wanted = text.slice(1).trimEnd().toLowerCase();
    const names = (one) => [one.name, shown(one)].map((name) => name.toLowerCase());
    const begins = (one) => names(one).some((name) => name.startsWith(wanted));
    const holds = (one) => names(one).some((name) => name.includes(wanted));
    const sign = () => avatar(state.bot.user);
    return [...this.commands.filter(begins), ...this.commands.filter((one) => !begins(one) && holds(one))].map(
      (one) => ({ value: one.name, label: `/${shown(one)}`, detail: one.description, icon: sign }),
    );
  }

  /** "/faceswap " is as good as choosing it from the list, unless a longer name begins so. */
  typed() {
    this.alert.textContent = "";
    this.grow();
    const text = this.input.value;
    if (!text.startsWith("/") || !text.endsWith(" ")) return;
    const same = this.named(text.slice(1, -1));
    const longer = this.commands.some((one) => `/${shown(one)}`.startsWith(text));
    if (same && !longer) this.begin(same.name);
  }

  named(name) {
    return this.commands.find((one) => name === one.name || name === shown(one));
  }

  grow() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, HIGHEST_PX)}px`);
  }

  keydown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  paste(event) {
    const items = filesOf(event.clipboardData);
    if (items.length === 0) return;
    event.preventDefault();
    this.attach(items);
  }

  /** Turn into a command; what was attached already goes into it. */
  async begin(name, given = {}) {
    if (this.commands.length === 0) await this.learn();
    const command = this.named(name);
    if (!command) return emit("toast", `There is no /${name} here.`);
    this.list.close();
    this.input.value = "";
    this.grow();
    this.open?.node.remove();
    this.open = new CommandForm(command, { given, sent: () => this.leave(), cancel: () => this.leave(true) });
    this.open.take(this.tray.items());
    this.tray.set([]);
    this.form.hidden = true;
    this.form.after(this.open.node);
    this.open.focus();
  }

  /** Back to plain text; the files of a command that was not sent stay if `kept`. */
  leave(kept = false) {
    if (kept) this.tray.set(this.open.pictures());
    this.close();
    this.input.focus();
  }

  close() {
    this.open?.node.remove();
    this.open = null;
    this.form.hidden = false;
  }

  /** Two pictures and nothing else: whoever drops these wants to swap. */
  dropped(items) {
    const two = this.commands.find(takesTwoPictures);
    const held = [...this.tray.items(), ...items];
    if (!two || this.open || this.input.value !== "" || held.length !== 2 || !held.every(isPicture)) {
      return this.attach(items);
    }
    this.tray.set(held);
    this.begin(two.name);
  }

  attach(items) {
    if (this.input.disabled) return;
    if (this.open) return void this.open.take(items);
    if (this.tray.add(items).length) this.alert.textContent = `A message takes ${MOST_FILES} files.`;
    this.input.focus();
  }

  async write(event) {
    event.preventDefault();
    const content = this.input.value.trim();
    if (this.send.disabled || (content === "" && this.tray.items().length === 0)) return;
    if (content.startsWith("/") && this.named(content.slice(1))) return this.begin(content.slice(1));
    this.send.disabled = true;
    const { files, pack } = parcel();
    try {
      await act({ kind: "write", channel: current.channel, content, files: this.tray.items().map(pack) }, files);
      this.input.value = "";
      this.tray.set([]);
      this.grow();
    } catch (error) {
      this.alert.textContent = error.message;
    } finally {
      this.send.disabled = false;
      this.input.focus();
    }
  }
}

function shown(command) {
  return command.shown ?? command.name;
}

/** Whether two pictures are all that a command needs. */
function takesTwoPictures(command) {
  const required = (command.options ?? []).filter((one) => one.required);
  return required.length === 2 && required.every((one) => one.type === ATTACHMENT);
}

/** Whether somebody types while nothing that takes keys has the focus. */
function isTyping({ key, target, ctrlKey, altKey, metaKey }) {
  const idle = target === document.body || target.classList?.contains("scroller");
  const character = key.length === 1 && key !== " " && !ctrlKey && !altKey && !metaKey;
  return idle && character && !document.querySelector("dialog[open]");
}

// Inputs that steer a list: suggestions beside what is typed, and a popup with a filter behind a button.

import { el } from "./dom.js";
import { float, Listbox, matching } from "./listbox.js";

/** @typedef {import("./listbox.js").Choice} Choice */

/** A list of suggestions for an input; ready as soon as it is made. */
export class Suggestions {
  /**
   * @param {HTMLInputElement | HTMLTextAreaElement} input one with the role combobox opens by the arrow keys too
   * @param {{label: string, load: (typed: string) => Choice[] | null | Promise<Choice[] | null>,
   *   pick: (choice: Choice) => void, wait?: number, none?: string, anchor?: HTMLElement}} about `load` answers null
   *   for "no list now", and may raise what is then said instead; `wait` is for more typing, in milliseconds
   */
  constructor(input, { label, load, pick, wait = 0, none = "Nothing fits.", anchor = input }) {
    Object.assign(this, { input, load, pick, wait, none, anchor });
    this.expandable = input.getAttribute("role") === "combobox";
    this.list = new Listbox({ label, steered: input, pick: (choice) => this.choose(choice) });
    this.popup = el("div", { class: "popup" }, this.list.node, this.list.none);
    this.takeAway = null;
    this.asked = 0;
    this.timer = 0;
    input.setAttribute("aria-autocomplete", "list");
    // A list that no combobox owns has to be reachable itself, to be scrolled.
    if (!this.expandable) this.list.node.tabIndex = 0;
    this.popup.addEventListener("mousedown", (event) => event.preventDefault());
    input.addEventListener("input", () => this.later());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.keydown(event));
    this.tell();
  }

  get isOpen() {
    return this.takeAway !== null;
  }

  open() {
    clearTimeout(this.timer);
    this.look();
  }

  close() {
    this.asked += 1;
    clearTimeout(this.timer);
    this.takeAway?.();
    this.takeAway = null;
    this.input.removeAttribute("aria-activedescendant");
    this.tell();
  }

  later() {
    clearTimeout(this.timer);
    if (this.wait) this.timer = setTimeout(() => this.look(), this.wait);
    else this.look();
  }

  async look() {
    const mine = (this.asked += 1);
    let found = [];
    let words = this.none;
    try {
      found = await this.load(this.input.value);
    } catch (error) {
      words = error.message;
    }
    if (mine !== this.asked) return; // typed on, or left
    if (found === null) return this.close();
    if (!this.isOpen) {
      this.input.after(this.popup);
      this.takeAway = float(this.popup, this.anchor);
      this.tell();
    }
    this.list.show(found, words);
  }

  choose(choice) {
    this.close();
    this.pick(choice);
  }

  tell() {
    if (this.expandable) this.input.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.input.setAttribute("aria-controls", this.list.node.id);
    else this.input.removeAttribute("aria-controls");
  }

  keydown(event) {
    if (event.isComposing || !this.takes(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Do what a key means here; tells whether it is used up. */
  takes({ key, shiftKey }) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step && this.isOpen) return this.list.move(step), true;
    if (step && this.expandable) return this.open(), true;
    if (!this.isOpen) return false;
    if (key === "Escape") return this.close(), true;
    if (!this.list.pointed || shiftKey || !["Enter", "Tab"].includes(key)) return false;
    this.choose(this.list.pointed);
    return key === "Enter" || !this.expandable; // Tab goes on to the next field
  }
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };

/** A popup at a button: a filter to type into, and the list it filters; open until `close`. */
export class Chooser {
  /**
   * @param {HTMLElement} anchor the button, which gets the focus back
   * @param {{label: string, choices: () => Choice[], pick: (choice: Choice) => boolean | void, multiple?: boolean,
   *   closed?: () => void}} about `pick` tells whether the popup stays open
   */
  constructor(anchor, { label, choices, pick, multiple = false, closed = () => {} }) {
    Object.assign(this, { anchor, choices, pick, closed });
    const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "true", "aria-label": label };
    const typing = { type: "text", autocomplete: "off", placeholder: "Search" };
    this.input = el("input", { class: "filter", ...typing, ...combobox });
    this.list = new Listbox({ label, steered: this.input, multiple, pick: (choice) => this.chosen(choice) });
    this.input.setAttribute("aria-controls", this.list.node.id);
    this.popup = el("div", { class: "popup chooser" }, this.input, this.list.node, this.list.none);
    this.left = () => this.close(false);
    this.outside = ({ target }) => this.popup.contains(target) || anchor.contains(target) || this.close(false);
    this.open();
  }

  open() {
    this.isOpen = true;
    this.anchor.after(this.popup);
    this.takeAway = float(this.popup, this.anchor);
    this.anchor.setAttribute("aria-expanded", "true");
    this.popup.addEventListener("mousedown", (event) => event.target !== this.input && event.preventDefault());
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("blur", this.left);
    this.input.addEventListener("keydown", (event) => this.keydown(event));
    document.addEventListener("pointerdown", this.outside, true);
    this.show();
    this.input.focus();
  }

  /** @param {boolean} [back] whether the button gets the focus, where it was still in the popup */
  close(back = true) {
    if (!this.isOpen) return;
    this.isOpen = false;
    const inside = this.popup.contains(document.activeElement);
    document.removeEventListener("pointerdown", this.outside, true);
    this.input.removeEventListener("blur", this.left);
    this.takeAway();
    this.anchor.setAttribute("aria-expanded", "false");
    if (back && inside) this.anchor.focus();
    this.closed();
  }

  show() {
    const found = matching(this.choices(), this.input.value);
    this.list.show(found.map((one) => ({ selected: false, ...one })), "Nothing fits.");
  }

  chosen(choice) {
    if (this.pick(choice)) this.show();
    else this.close();
  }

  keydown(event) {
    const { pointed } = this.list;
    if (event.key in STEPS) this.list.move(STEPS[event.key]);
    else if (event.key === "Enter" && pointed) this.chosen(pointed);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

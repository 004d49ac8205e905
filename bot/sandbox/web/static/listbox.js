// A listbox that something else steers, and the popup it lies in.

import { el } from "./dom.js";

/**
 * @typedef {{value: any, label: string, detail?: string, icon?: () => Node, selected?: boolean,
 *   disabled?: boolean}} Choice `selected` is left out where what is pointed at counts as selected
 */

let serial = 0;

/** An id that no other element has. */
export function freshId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}

/** The choices whose words hold what was typed, those that begin with it first. */
export function matching(choices, typed) {
  const bare = (text) => text.trim().toLowerCase().replace(/^[@#/]/, "");
  const wanted = bare(typed);
  const begins = (one) => bare(one.label).startsWith(wanted);
  const holds = (one) => `${one.label} ${one.detail ?? ""}`.toLowerCase().includes(wanted);
  return [...choices.filter(begins), ...choices.filter((one) => !begins(one) && holds(one))];
}

/** A listbox; the focus stays with `steered`, which tells by aria-activedescendant what is pointed at. */
export class Listbox {
  /** @param {{label: string, steered: HTMLElement, pick: (choice: Choice) => void, multiple?: boolean}} about */
  constructor({ label, steered, pick, multiple = false }) {
    const several = multiple ? { "aria-multiselectable": "true" } : {};
    const props = { class: "listbox", role: "listbox", id: freshId("list"), "aria-label": label, ...several };
    this.node = el("ul", props);
    this.none = el("p", { class: "none", role: "status" });
    this.steered = steered;
    this.pick = pick;
    /** @type {Choice[]} */
    this.choices = [];
    this.active = 0;
  }

  /** What is pointed at and can be picked. @returns {Choice | undefined} */
  get pointed() {
    const choice = this.choices[this.active];
    return choice?.disabled ? undefined : choice;
  }

  /** @param {Choice[]} choices @param {string} none what is said when there are none */
  show(choices, none) {
    const kept = this.choices[this.active]?.value;
    this.choices = choices;
    this.node.replaceChildren(...choices.map((one, index) => this.row(one, index)));
    this.node.hidden = choices.length === 0;
    this.none.textContent = choices.length ? "" : none;
    this.point(Math.max(0, choices.findIndex((one) => one.value === kept)));
  }

  /** Point at another one, round the ends. @param {number} step */
  move(step) {
    const { length } = this.choices;
    if (length) this.point((this.active + step + length) % length);
  }

  point(index) {
    this.mark(false);
    this.active = index;
    this.mark(true);
    const option = this.node.children[index];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.steered.setAttribute("aria-activedescendant", option.id);
    else this.steered.removeAttribute("aria-activedescendant");
  }

  mark(on) {
    const option = this.node.children[this.active];
    option?.classList.toggle("active", on);
    if (option && this.choices[this.active].selected === undefined) option.setAttribute("aria-selected", String(on));
  }

  row(choice, index) {
    const on = {
      // A press must not take the focus from what steers.
      mousedown: (event) => event.preventDefault(),
      // A list that appears under a resting pointer is not pointed at.
      mousemove: (event) => (event.movementX || event.movementY) && this.active !== index && this.point(index),
      click: () => choice.disabled || this.pick(choice),
    };
    const states = { "aria-selected": String(choice.selected === true), "aria-disabled": choice.disabled && "true" };
    const words = el("span", { class: "choice-words" }, el("span", { class: "label", text: choice.label }));
    if (choice.detail) words.append(el("span", { class: "detail", text: choice.detail }));
    const props = { role: "option", id: `${this.node.id}-${index}`, ...states, on };
    return el("li", props, choice.icon?.() ?? "", words);
  }
}

/**
 * Lay a popup beside what it belongs to, in the top layer, where most room is.
 * @param {HTMLElement} popup already in the document
 * @param {{getBoundingClientRect: () => DOMRect}} anchor
 * @returns {() => void} takes the popup away
 */
export function float(popup, anchor) {
  popup.setAttribute("popover", "manual");
  popup.showPopover?.();
  const lay = () => place(popup, anchor.getBoundingClientRect());
  lay();
  addEventListener("resize", lay);
  document.addEventListener("scroll", lay, true);
  return () => {
    removeEventListener("resize", lay);
    document.removeEventListener("scroll", lay, true);
    popup.remove();
  };
}

const GAP_PX = 4;
const EDGE_PX = 8;
const NARROWEST_PX = 260;
const HIGHEST_PX = 420;
/** Below with less room than this, a popup opens upwards where there is more. */
const ENOUGH_PX = 320;

function place(popup, box) {
  const below = innerHeight - box.bottom;
  const up = box.top > below && below < ENOUGH_PX;
  const width = Math.min(Math.max(box.width, NARROWEST_PX), innerWidth - 2 * EDGE_PX);
  const left = Math.max(EDGE_PX, Math.min(box.left, innerWidth - width - EDGE_PX));
  const room = (up ? box.top : below) - GAP_PX - EDGE_PX;
  const styles = {
    width: `${width}px`,
    left: `${left}px`,
    "max-height": `${Math.min(room, HIGHEST_PX)}px`,
    top: up ? "auto" : `${box.bottom + GAP_PX}px`,
    bottom: up ? `${innerHeight - box.top + GAP_PX}px` : "auto",
  };
  for (const [name, value] of Object.entries(styles)) popup.style.setProperty(name, value);
}

// Lists one chooses from: a listbox, an input that steers one (combobox), and a popup opened by a button.

import { el } from "./dom.js";

/**
 * @typedef {{value: any, label: string, detail?: string, icon?: () => Node, selected?: boolean}} Choice
 * @typedef {{node: HTMLElement, show: (choices: Choice[]) => void, move: (step: number) => void,
 *   picked: () => Choice | undefined, choices: () => Choice[]}} Listbox
 */

let serial = 0;

/** An id that no other element has. */
export function freshId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}

/**
 * A listbox whose focus stays elsewhere; `steered` carries aria-activedescendant.
 * @param {{label: string, steered: HTMLElement, pick: (choice: Choice) => void, multiple?: boolean}} about
 * @returns {Listbox}
 */
export function createListbox({ label, steered, pick, multiple = false }) {
  const several = multiple ? { "aria-multiselectable": "true" } : {};
  const node = el("ul", { class: "listbox", role: "listbox", id: freshId("list"), "aria-label": label, ...several });
  let shown = [];
  let active = 0;

  function mark(index) {
    point(false);
    active = index;
    point(true);
    const option = node.children[active];
    option?.scrollIntoView({ block: "nearest" });
    if (option) steered.setAttribute("aria-activedescendant", option.id);
    else steered.removeAttribute("aria-activedescendant");
  }

  function point(on) {
    const option = node.children[active];
    option?.classList.toggle("active", on);
    if (option && shown[active].selected === undefined) option.setAttribute("aria-selected", String(on));
  }

  function row(choice, index) {
    const on = {
      // A press must not take the focus from the input.
      mousedown: (event) => event.preventDefault(),
      mousemove: () => active !== index && mark(index),
      click: () => pick(choice),
    };
    const words = el("span", { class: "choice-words" }, el("span", { class: "label", text: choice.label }));
    if (choice.detail) words.append(el("span", { class: "detail", text: choice.detail }));
    const selected = String(choice.selected === true);
    const props = { role: "option", id: `${node.id}-${index}`, "aria-selected": selected, on };
    return el("li", props, choice.icon?.() ?? "", words);
  }

  return {
    node,
    choices: () => shown,
    picked: () => shown[active],
    move(step) {
      if (shown.length) mark((active + step + shown.length) % shown.length);
    },
    show(choices) {
      const kept = shown[active]?.value;
      shown = choices;
      const again = choices.findIndex((one) => one.value === kept);
      active = Math.max(0, again);
      node.replaceChildren(...choices.map(row));
      mark(active);
    },
  };
}

/**
 * Lay a popup beside what it belongs to, in the top layer, where most room is.
 * @param {HTMLElement} popup already in the document @param {HTMLElement} anchor
 * @returns {() => void} takes the popup away
 */
export function float(popup, anchor) {
  popup.setAttribute("popover", "manual");
  popup.showPopover?.();
  const lay = () => {
    const box = anchor.getBoundingClientRect();
    const below = innerHeight - box.bottom;
    const up = box.top > below && below < 320;
    const room = (up ? box.top : below) - 12;
    const width = Math.min(Math.max(box.width, 260), innerWidth - 16);
    const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
    popup.style.setProperty("width", `${width}px`);
    popup.style.setProperty("left", `${left}px`);
    popup.style.setProperty("max-height", `${Math.min(room, 420)}px`);
    popup.style.setProperty("top", up ? "auto" : `${box.bottom + 4}px`);
    popup.style.setProperty("bottom", up ? `${innerHeight - box.top + 4}px` : "auto");
  };
  lay();
  addEventListener("resize", lay);
  document.addEventListener("scroll", lay, true);
  return () => {
    removeEventListener("resize", lay);
    document.removeEventListener("scroll", lay, true);
    popup.remove();
  };
}

/** The choices whose words hold what was typed, those that begin with it first. */
export function matching(choices, typed) {
  const wanted = typed.trim().toLowerCase();
  const begins = (one) => one.label.replace(/^[@#/]/, "").toLowerCase().startsWith(wanted.replace(/^[@#/]/, ""));
  const holds = (one) => `${one.label} ${one.detail ?? ""}`.toLowerCase().includes(wanted);
  return [...choices.filter(begins), ...choices.filter((one) => !begins(one) && holds(one))];
}

/**
 * Let an input steer a list of suggestions below (or above) it.
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 * @param {{label: string, load: (typed: string) => Choice[] | null | Promise<Choice[] | null>,
 *   pick: (choice: Choice) => void, wait?: number, none?: string, anchor?: HTMLElement}} about
 *   `load` answers null for "no list now"; `wait` are the milliseconds to wait for more typing
 * @returns {{open: () => void, close: () => void, isOpen: () => boolean}}
 */
export function suggest(input, { label, load, pick, wait = 0, none = "Nothing fits.", anchor = input }) {
  let stop = null;
  let asked = 0;
  let timer = 0;
  const list = createListbox({ label, steered: input, pick: (choice) => choose(choice) });
  const empty = el("p", { class: "none", role: "status" });
  const popup = el("div", { class: "popup" }, list.node, empty);
  const expandable = input.getAttribute("role") === "combobox";
  input.setAttribute("aria-autocomplete", "list");
  // A list that no combobox owns has to be reachable itself, to be scrolled.
  if (!expandable) list.node.tabIndex = 0;
  popup.addEventListener("mousedown", (event) => event.preventDefault());
  tell();

  function tell() {
    if (expandable) input.setAttribute("aria-expanded", String(stop !== null));
    if (stop !== null) input.setAttribute("aria-controls", list.node.id);
    else input.removeAttribute("aria-controls");
  }
  function close() {
    asked += 1;
    clearTimeout(timer);
    stop?.();
    stop = null;
    input.removeAttribute("aria-activedescendant");
    tell();
  }
  function choose(choice) {
    close();
    pick(choice);
  }
  async function look() {
    const mine = (asked += 1);
    const found = await load(input.value);
    if (mine !== asked) return;
    if (found === null) return close();
    if (stop === null) {
      input.after(popup);
      stop = float(popup, anchor);
      tell();
    }
    list.node.hidden = found.length === 0;
    empty.textContent = found.length ? "" : none;
    list.show(found);
  }
  function open() {
    clearTimeout(timer);
    if (wait && stop !== null) timer = setTimeout(look, wait);
    else look();
  }
  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step && (stop !== null || expandable)) {
      if (stop === null) open();
      else list.move(step);
    } else if (stop !== null && event.key === "Escape") {
      close();
    } else if (stop !== null && list.picked() && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      choose(list.picked());
      if (event.key === "Tab" && expandable) return;
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  return { open, close, isOpen: () => stop !== null };
}

/**
 * Open a popup at a button: a filter to type into, and the list it filters.
 * @param {HTMLElement} anchor
 * @param {{label: string, choices: () => Choice[], pick: (choice: Choice) => boolean, multiple?: boolean,
 *   closed?: () => void}} about `pick` tells whether the popup stays open; focus goes back to the button
 * @returns {() => void} closes it
 */
export function openChooser(anchor, { label, choices, pick, multiple = false, closed = () => {} }) {
  const input = el("input", {
    class: "filter", type: "text", role: "combobox", autocomplete: "off", placeholder: "Search", "aria-label": label,
    "aria-autocomplete": "list", "aria-expanded": "true",
  });
  const list = createListbox({ label, steered: input, multiple, pick: chosen });
  input.setAttribute("aria-controls", list.node.id);
  const empty = el("p", { class: "none", role: "status" });
  const popup = el("div", { class: "popup chooser" }, input, list.node, empty);
  anchor.after(popup);
  const stop = float(popup, anchor);
  anchor.setAttribute("aria-expanded", "true");

  function show() {
    const found = matching(choices(), input.value).map((one) => ({ selected: false, ...one }));
    list.node.hidden = found.length === 0;
    empty.textContent = found.length ? "" : "Nothing fits.";
    list.show(found);
  }
  function chosen(choice) {
    if (pick(choice)) show();
    else close();
  }
  function close(keepFocus = false) {
    document.removeEventListener("pointerdown", outside, true);
    input.removeEventListener("blur", left);
    const had = popup.contains(document.activeElement);
    stop();
    anchor.setAttribute("aria-expanded", "false");
    if (had && !keepFocus) anchor.focus();
    closed();
  }
  const left = () => close(true);
  const outside = (event) => {
    if (!popup.contains(event.target) && !anchor.contains(event.target)) close(true);
  };
  popup.addEventListener("mousedown", (event) => event.target !== input && event.preventDefault());
  input.addEventListener("input", show);
  input.addEventListener("blur", left);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    if (step) list.move(step);
    else if (event.key === "Enter" && list.picked()) chosen(list.picked());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", outside, true);
  show();
  input.focus();
  return close;
}

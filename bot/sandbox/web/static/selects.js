// Selects of every kind, in messages and in forms: a button, and a list that one can type into.

import { act } from "./api.js";
import { el, icon } from "./dom.js";
import { outcome } from "./outcomes.js";
import { channels, people, roles } from "./referents.js";
import { emit } from "./store.js";
import { Chooser } from "./suggest.js";

const STRING = 3, USER = 5, ROLE = 6, MENTIONABLE = 7, CHANNEL = 8;

const PLACEHOLDERS = {
  [STRING]: "Make a selection",
  [USER]: "Select a member",
  [ROLE]: "Select a role",
  [MENTIONABLE]: "Select a member or role",
  [CHANNEL]: "Select a channel",
};

/** Whether a component is a select. @param {any} component */
export function isSelect(component) {
  return component.type in PLACEHOLDERS;
}

/**
 * A select under a message: what is chosen is sent at once, or when the list closes where several may be.
 * @param {any} component @param {any} message
 * @returns {HTMLElement}
 */
export function renderSelect(component, message) {
  const select = new Select(component, { commit: send, name: placeholder(component) });
  return select.node;

  async function send(values) {
    const target = { channel: message.channel_id, message: message.id, custom_id: component.custom_id };
    select.busy(true);
    try {
      const { interaction } = await act({ kind: "select", ...target, values });
      if ((await outcome(interaction)).state === "failed") select.restore();
      else select.keep();
    } catch (error) {
      select.restore();
      emit("toast", error.message);
    } finally {
      select.busy(false);
    }
  }
}

/** What is chosen in a component of any type of select; `node` shows it, `control` takes the focus. */
export class Select {
  /**
   * @param {any} component
   * @param {{name: string, commit?: (values: string[]) => void, least?: number, describedby?: string}} about `commit`
   *   hears of a choice that is complete; `least` is asked for besides what the component itself asks
   */
  constructor(component, { name, commit = () => {}, least = 0, describedby }) {
    this.component = component;
    this.name = name;
    this.commit = commit;
    this.least = least;
    this.low = component.min_values ?? 1;
    this.high = component.max_values ?? 1;
    this.multiple = this.high > 1;
    this.chosen = this.kept = preset(component);
    this.chooser = null;
    this.draw(describedby);
    this.show();
  }

  /** @returns {string[]} */
  values() {
    return this.chosen;
  }

  /** What is wrong with the choice in words, "" when nothing is. */
  check() {
    const { length } = this.chosen;
    if (length === 0 && this.least === 0) return "";
    const needed = Math.max(this.low, this.least);
    if (length < needed) return needed === 1 ? "Choose one." : `Choose at least ${needed}.`;
    return length > this.high ? `Choose at most ${this.high}.` : "";
  }

  busy(on) {
    this.control.setAttribute("aria-busy", String(on));
    this.control.classList.toggle("busy", on);
  }

  /** Remember the choice; `restore` goes back to it. */
  keep() {
    this.kept = this.chosen;
  }

  restore() {
    this.settle(this.kept);
  }

  draw(describedby) {
    const { disabled, custom_id: customId } = this.component;
    const popup = { "aria-haspopup": "listbox", "aria-expanded": "false", "aria-describedby": describedby };
    const props = { type: "button", class: "select", disabled: disabled === true, ...popup, dataset: { customId } };
    this.words = el("span", { class: "chosen" });
    this.control = el("button", props, this.words, icon("down"));
    this.control.addEventListener("click", () => this.toggle());
    this.control.addEventListener("keydown", (event) => {
      if (!["ArrowDown", "ArrowUp"].includes(event.key) || this.chooser) return;
      event.preventDefault();
      this.toggle();
    });
    this.cross = el("button", { type: "button", class: "remove", "aria-label": `Clear ${this.name}`, text: "✕" });
    this.cross.addEventListener("click", () => {
      this.settle([]);
      this.control.focus();
      this.commit(this.chosen);
    });
    this.node = el("div", { class: "select-box" }, this.control, this.cross);
  }

  show() {
    const all = offered(this.component);
    const found = this.chosen.map((value) => all.find((one) => one.value === value) ?? { value, label: "unknown" });
    const words = found.map((one) => one.label).join(", ") || "nothing chosen";
    const empty = el("span", { class: "placeholder", text: placeholder(this.component) });
    this.control.setAttribute("aria-label", `${this.name}: ${words}`);
    this.words.replaceChildren(...(found.length ? found.map(pill) : [empty]));
    this.cross.hidden = this.low > 0 || found.length === 0 || this.component.disabled === true;
  }

  settle(values) {
    this.chosen = values;
    this.show();
  }

  toggle() {
    if (this.chooser) return this.chooser.close();
    const before = this.chosen;
    this.chooser = new Chooser(this.control, {
      label: this.name,
      multiple: this.multiple,
      choices: () => offered(this.component).map((one) => this.choice(one)),
      pick: ({ value }) => this.pick(value),
      closed: () => this.closed(before),
    });
  }

  choice(one) {
    const selected = this.chosen.includes(one.value);
    return { ...one, selected, disabled: this.multiple && !selected && this.chosen.length >= this.high };
  }

  /** Tells whether the list stays open. */
  pick(value) {
    const had = this.chosen.includes(value);
    const others = this.multiple ? this.chosen.filter((one) => one !== value) : [];
    if (had && this.low > 0 && !this.multiple) return false;
    this.settle(had ? others : [...others, value]);
    if (!this.multiple) this.commit(this.chosen);
    return this.multiple;
  }

  closed(before) {
    this.chooser = null;
    if (!this.multiple || same(before, this.chosen)) return;
    if (this.chosen.length >= this.low) this.commit(this.chosen);
    else this.settle(before);
  }
}

function placeholder(component) {
  return component.placeholder || PLACEHOLDERS[component.type];
}

function pill(choice) {
  return el("span", { class: "pill" }, choice.icon?.(), choice.label);
}

function same(one, other) {
  return one.length === other.length && one.every((value) => other.includes(value));
}

function preset(component) {
  if (component.type !== STRING) return (component.default_values ?? []).map((one) => String(one.id));
  return component.options.filter((one) => one.default).map((one) => one.value);
}

/** @returns {import("./listbox.js").Choice[]} everything that can be chosen */
function offered(component) {
  if (component.type === STRING) return component.options.map(option);
  const found = {
    [USER]: people,
    [ROLE]: roles,
    [MENTIONABLE]: () => [...people(), ...roles()],
    [CHANNEL]: () => channels(component.channel_types),
  }[component.type]();
  return found.map(({ id, ...about }) => ({ value: id, ...about }));
}

function option({ value, label, description, emoji }) {
  const sign = () => el("span", { class: "sign", "aria-hidden": "true", text: emoji.name ?? "" });
  return { value, label, detail: description, icon: emoji ? sign : undefined };
}

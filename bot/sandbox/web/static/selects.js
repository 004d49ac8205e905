// Selects of every kind, in messages and in forms: a button, and a list that one can type into.

import { act } from "./api.js";
import { el, icon } from "./dom.js";
import { outcome } from "./outcomes.js";
import { channels, people, roles } from "./referents.js";
import { emit } from "./store.js";
import { freshId, openChooser } from "./suggest.js";

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
  const select = createSelect(component, { commit: send, name: component.placeholder || PLACEHOLDERS[component.type] });
  return select.node;

  async function send(values) {
    select.busy(true);
    const asked = { kind: "select", channel: message.channel_id, message: message.id, custom_id: component.custom_id, values };
    try {
      const { interaction } = await act(asked);
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

/**
 * @param {any} component Discord's, of any type of select
 * @param {{name: string, commit?: (values: string[]) => void, least?: number, describedby?: string}} about `commit`
 *   hears of a choice that is complete; `least` is asked for besides what the component asks
 * @returns {{node: HTMLElement, control: HTMLElement, values: () => string[], check: () => string, busy: (on: boolean) => void,
 *   keep: () => void, restore: () => void}} `restore` goes back to what `keep` kept
 */
export function createSelect(component, { name, commit = () => {}, least = 0, describedby }) {
  const low = component.min_values ?? 1;
  const high = component.max_values ?? 1;
  const multiple = high > 1;
  let kept = preset(component);
  let chosen = kept;
  let opened = null;

  const shown = el("span", { class: "chosen" });
  const button = el("button", {
    type: "button", class: "select", id: freshId("select"), disabled: component.disabled === true, "aria-haspopup": "listbox",
    "aria-expanded": "false", "aria-describedby": describedby, dataset: { customId: component.custom_id },
  }, shown, icon("down"));
  button.addEventListener("click", toggle);
  button.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || opened) return;
    event.preventDefault();
    toggle();
  });
  const clear = el("button", { type: "button", class: "remove", "aria-label": `Clear ${name}`, text: "✕" });
  clear.addEventListener("click", () => {
    settle([]);
    button.focus();
    commit(chosen);
  });
  const node = el("div", { class: "select-box" }, button, clear);
  draw();

  function draw() {
    const all = offered(component);
    const found = chosen.map((value) => all.find((one) => one.value === value) ?? { value, label: "unknown" });
    const words = found.length ? found.map((one) => one.label).join(", ") : "nothing chosen";
    button.setAttribute("aria-label", `${name}: ${words}`);
    shown.replaceChildren(...(found.length ? found.map(pill) : [el("span", { class: "placeholder", text: component.placeholder || PLACEHOLDERS[component.type] })]));
    clear.hidden = low > 0 || chosen.length === 0 || component.disabled === true;
  }
  function pill(choice) {
    return el("span", { class: "pill" }, choice.icon?.(), choice.label);
  }
  function settle(values) {
    chosen = values;
    draw();
  }
  function toggle() {
    if (opened) return opened();
    const before = chosen;
    const closed = () => {
      opened = null;
      if (!multiple || same(before, chosen)) return;
      if (chosen.length >= low) commit(chosen);
      else settle(before);
    };
    const choices = () => offered(component).map((one) => ({ ...one, selected: chosen.includes(one.value) }));
    opened = openChooser(button, { label: name, choices, multiple, closed, pick: ({ value }) => pick(value) });
  }
  /** Tells whether the list stays open. */
  function pick(value) {
    const had = chosen.includes(value);
    if (multiple) {
      const full = !had && chosen.length >= high;
      if (full) emit("toast", `At most ${high} can be chosen.`);
      else settle(had ? chosen.filter((one) => one !== value) : [...chosen, value]);
      return true;
    }
    if (had && low > 0) return false;
    settle(had ? [] : [value]);
    commit(chosen);
    return false;
  }
  function check() {
    const needed = Math.max(low, least);
    if (chosen.length < needed && !(chosen.length === 0 && least === 0)) return needed === 1 ? "Choose one." : `Choose at least ${needed}.`;
    return chosen.length > high ? `Choose at most ${high}.` : "";
  }
  function busy(on) {
    button.setAttribute("aria-busy", String(on));
    button.classList.toggle("busy", on);
  }
  return { node, control: button, values: () => chosen, check, busy, keep: () => (kept = chosen), restore: () => settle(kept) };
}

function same(one, other) {
  return one.length === other.length && one.every((value) => other.includes(value));
}

function preset(component) {
  if (component.type === STRING) return component.options.filter((one) => one.default).map((one) => one.value);
  return (component.default_values ?? []).map((one) => String(one.id));
}

/** @returns {import("./suggest.js").Choice[]} everything that can be chosen */
function offered(component) {
  if (component.type === STRING) {
    return component.options.map(({ value, label, description, emoji }) => ({ value, label, detail: description, icon: sign(emoji) }));
  }
  const found = {
    [USER]: people,
    [ROLE]: roles,
    [MENTIONABLE]: () => [...people(), ...roles()],
    [CHANNEL]: () => channels(component.channel_types),
  }[component.type]();
  return found.map(({ id, label, detail, icon }) => ({ value: id, label, detail, icon }));
}

function sign(emoji) {
  return emoji && (() => el("span", { class: "sign", "aria-hidden": "true", text: emoji.name ?? "" }));
}

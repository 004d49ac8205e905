// The fields of a command's options: one per type, each with the checks that Discord's client makes.

import { el } from "./dom.js";
import { createPicker } from "./picker.js";
import { channels, people, roles } from "./referents.js";
import { freshId, matching } from "./listbox.js";
import { Suggestions } from "./suggest.js";

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9;
const NUMBER = 10, ATTACHMENT = 11;
const TYPING_MS = 200;

/**
 * @typedef {{option: any, name: string, node: HTMLElement, value: () => any, check: () => string,
 *   fits: () => boolean, focus: () => void, set: (value: any) => void, picker?: import("./picker.js").Picker}} OptionField
 *   `value` is undefined when nothing is given; `check` answers what is wrong in words, "" when nothing is, and
 *   shows it beside the field; `fits` tells whether there is a value that can be sent, and shows nothing
 */

/** What the list of an option offers, null where it is typed freely. */
function offered(option) {
  const choices = option.choices?.map((one) => ({ value: one.value, label: one.shown ?? one.name }));
  if (choices?.length) return () => choices;
  const of = (list) => list.map(({ id, label, detail, icon }) => ({ value: id, label, detail, icon }));
  return {
    [BOOLEAN]: () => [{ value: true, label: "True" }, { value: false, label: "False" }],
    [USER]: () => of(people()),
    [CHANNEL]: () => of(channels(option.channel_types)),
    [ROLE]: () => of(roles()),
    [MENTIONABLE]: () => of([...people(), ...roles()]),
  }[option.type] ?? null;
}

/**
 * The field for one option.
 * @param {any} option as Discord has it
 * @param {{suggestions: (typed: string) => Promise<import("./listbox.js").Choice[]>,
 *   remove: (() => void) | null, done?: () => void, changed?: () => void}} about `done` hears of a file that was given
 * @returns {OptionField}
 */
export function createOption(option, { suggestions, remove, done, changed = () => {} }) {
  const name = option.shown ?? option.name;
  const error = el("p", { class: "field-error", id: freshId("error"), role: "alert" });
  const touched = () => {
    if (error.textContent) check();
    changed();
  };
  const pictured = option.type === ATTACHMENT;
  const inner = pictured ? picture(name, touched, done) : typedField(option, name, suggestions, touched);
  const note = el("span", { class: "unseen", id: freshId("about"), text: option.description ?? "" });
  inner.control.setAttribute("aria-describedby", `${note.id} ${error.id}`);
  const sign = el("span", { class: "option-name", title: option.description, text: name });
  const about = { class: pictured ? "option pictured" : "option", dataset: { option: option.name } };
  const node = el("div", about, sign, inner.node, note);
  if (option.required) sign.append(el("span", { class: "required", "aria-hidden": "true", text: "*" }));
  if (remove) {
    const props = { type: "button", class: "remove", "aria-label": `Remove ${name}`, text: "✕" };
    node.append(el("button", { ...props, on: { click: remove } }));
  }
  const whole = el("div", { class: "option-row" }, node, error);

  function check() {
    const value = inner.value();
    const wrong = value === undefined ? (option.required ? "This is required." : "") : unfit(option, value);
    error.textContent = wrong;
    node.classList.toggle("wrong", wrong !== "");
    if (!pictured) inner.control.setAttribute("aria-invalid", String(wrong !== ""));
    return wrong;
  }
  const fits = () => inner.value() !== undefined && unfit(option, inner.value()) === "";
  const { value, set, focus, picker } = inner;
  return { option, name, node: whole, value, check, fits, focus, set, picker };
}

/** What is wrong with a value, in words. */
function unfit(option, value) {
  const { min_value: low, max_value: high, min_length: least, max_length: most } = option;
  if (value === NotListed) return "Choose one from the list.";
  if (option.type === INTEGER && !Number.isSafeInteger(value)) return "This takes a whole number.";
  if (option.type === NUMBER && !Number.isFinite(value)) return "This takes a number.";
  if (typeof value === "number") {
    if (low !== undefined && high !== undefined && (value < low || value > high)) return `Between ${low} and ${high}.`;
    if (low !== undefined && value < low) return `At least ${low}.`;
    if (high !== undefined && value > high) return `At most ${high}.`;
  }
  if (option.type === STRING && typeof value === "string") {
    if (least && value.length < least) return `At least ${least} characters; this has ${value.length}.`;
    if (most && value.length > most) return `At most ${most} characters; this has ${value.length}.`;
  }
  return "";
}

const NotListed = Symbol("typed, but not on the list");

function picture(name, changed, done) {
  const picker = createPicker({ label: name, changed, done });
  return {
    node: picker.node,
    control: picker.node,
    picker,
    value: () => picker.items()[0],
    set: (value) => picker.set(value ? [value] : []),
    focus: picker.focus,
  };
}

function typedField(option, name, suggestions, changed) {
  const list = offered(option);
  const listed = list !== null || option.autocomplete;
  const numeric = option.type === INTEGER || option.type === NUMBER;
  const input = el("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": name,
    "aria-required": option.required ? "true" : null,
    placeholder: hint(option),
    inputmode: numeric ? "decimal" : null,
    role: listed ? "combobox" : null,
  });
  const box = el("span", { class: "option-value" }, input);
  let picked = null;
  const take = (choice) => {
    picked = choice;
    input.value = choice.label;
    changed();
  };
  input.addEventListener("input", () => {
    if (picked && picked.label !== input.value) picked = null;
    changed();
  });
  if (listed) {
    const load = (typed) => {
      if (picked) return list ? list() : null;
      return list ? matching(list(), typed) : suggestions(typed);
    };
    const popup = new Suggestions(input, {
      label: `${name}: choices`,
      load,
      pick: take,
      wait: list ? 0 : TYPING_MS,
      anchor: box,
    });
    input.addEventListener("focus", () => popup.open());
    input.addEventListener("click", () => popup.isOpen || popup.open());
  }
  function value() {
    const text = input.value.trim();
    if (picked) return picked.value;
    if (text === "") return undefined;
    if (list) {
      const same = list().find((one) => one.label.toLowerCase() === text.toLowerCase());
      return same ? same.value : NotListed;
    }
    return numeric ? number(text) : text;
  }
  function set(given) {
    const known = list?.().find((one) => one.value === given);
    if (known) picked = known;
    input.value = known?.label ?? (given === undefined ? "" : String(given));
  }
  return { node: box, control: input, value, set, focus: () => input.focus() };
}

/** What a person means by digits; not a number for anything else that JavaScript would take for one. */
function number(text) {
  return /^[-+]?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** What to type, before anything is. */
function hint(option) {
  const { min_value: low, max_value: high } = option;
  if (low !== undefined && high !== undefined) return `${low}–${high}`;
  if (option.choices?.length || option.autocomplete) return "choose…";
  const words = {
    [BOOLEAN]: "true or false",
    [USER]: "@member",
    [CHANNEL]: "#channel",
    [ROLE]: "@role",
    [MENTIONABLE]: "@member or role",
    [INTEGER]: "number",
    [NUMBER]: "number",
  };
  return words[option.type] ?? "text";
}

// The controls of a form: text inputs, selects and uploads, each with the words beside it.

import { el } from "./dom.js";
import { createPicker } from "./picker.js";
import { isSelect, Select } from "./selects.js";
import { freshId } from "./listbox.js";

const TEXT_INPUT = 4, FILE_UPLOAD = 19;
const PARAGRAPH = 2;
const MOST_CHARACTERS = 4000;

/**
 * @typedef {{customId: string, node: HTMLElement, check: () => string, focus: () => void,
 *   value: (pack: (item: any) => any) => any, take?: import("./picker.js").Picker["add"]}} Field
 *   `check` shows what is wrong beside the field and answers it,
 *   "" when nothing is; `value` is what is sent, files packed by `pack`; `take` is there where files are taken
 */

/**
 * @param {any} component a text input, a select or a file upload
 * @param {{label: string, description?: string | null}} about
 * @returns {Field}
 */
export function createField(component, { label, description }) {
  const required = component.required !== false;
  const help = el("p", { class: "help", id: freshId("help"), text: description ?? "" });
  const error = el("p", { class: "field-error", id: freshId("error"), role: "alert" });
  const about = { label, required, describedby: `${help.id} ${error.id}`, changed: () => error.textContent && check() };
  const inner = makers(component)(component, about);
  const name = el(inner.labels ? "label" : "span", { class: "field-name", for: inner.labels ?? null, text: label });
  if (required) name.append(el("span", { class: "required", "aria-hidden": "true", text: " *" }));
  const node = el("div", { class: "field" }, name, description ? help : null, inner.node, inner.counter, error);

  function check() {
    const wrong = inner.check();
    error.textContent = wrong;
    node.classList.toggle("wrong", wrong !== "");
    if (inner.labels) inner.control.setAttribute("aria-invalid", String(wrong !== ""));
    return wrong;
  }
  return { customId: component.custom_id, node, check, focus: inner.focus, value: inner.value, take: inner.take };
}

function makers(component) {
  if (component.type === TEXT_INPUT) return textField;
  if (component.type === FILE_UPLOAD) return uploadField;
  if (isSelect(component)) return selectField;
  return unknownField;
}

function textField(component, { required, describedby, changed }) {
  const { min_length: low = 0, max_length: high = MOST_CHARACTERS } = component;
  const long = component.style === PARAGRAPH;
  const control = el(long ? "textarea" : "input", {
    ...(long ? { rows: "4" } : { type: "text" }),
    id: freshId("text"),
    autocomplete: "off",
    placeholder: component.placeholder,
    maxlength: String(high),
    value: component.value ?? "",
    "aria-required": String(required),
    "aria-describedby": describedby,
  });
  const counter = el("p", { class: "counter", "aria-hidden": "true" });
  const count = () => (counter.textContent = `${control.value.length} / ${high}`);
  control.addEventListener("input", () => {
    count();
    changed();
  });
  count();
  function check() {
    const length = control.value.length;
    if (length === 0) return required ? "This is required." : "";
    if (length < low) return `At least ${low} characters; this has ${length}.`;
    return length > high ? `At most ${high} characters; this has ${length}.` : "";
  }
  const shown = component.max_length === undefined ? null : counter;
  const value = () => control.value;
  const focus = () => control.focus();
  return { node: control, control, labels: control.id, counter: shown, check, value, focus };
}

function uploadField(component, { label, required, describedby, changed }) {
  const low = component.min_values ?? 1;
  const high = component.max_values ?? 1;
  const picker = createPicker({ label, most: high, changed });
  picker.node.setAttribute("aria-describedby", describedby);
  function check() {
    const held = picker.items().length;
    if (held === 0) return required ? "Attach a file." : "";
    return held < low ? `Attach at least ${low} files.` : "";
  }
  const value = (pack) => picker.items().map(pack);
  return { node: picker.node, control: picker.node, check, value, focus: picker.focus, take: picker.add };
}

function selectField(component, { label, required, describedby, changed }) {
  const select = new Select(component, { name: label, commit: changed, least: required ? 1 : 0, describedby });
  const { node, control } = select;
  return { node, control, check: () => select.check(), value: () => select.values(), focus: () => control.focus() };
}

/** Nothing that the bot sends may vanish without a word. */
function unknownField(component) {
  const text = `This page cannot show a component of type ${component.type}.`;
  const node = el("p", { class: "unknown", role: "note", text });
  return { node, control: node, check: () => "", value: () => "", focus: () => {} };
}

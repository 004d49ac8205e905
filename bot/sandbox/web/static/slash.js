// A chosen slash command, as fields to fill in; what the composer turns into.

import { act } from "./api.js";
import { el } from "./dom.js";
import { createOption } from "./options.js";
import { parcel } from "./picker.js";
import { current } from "./store.js";
import { freshId } from "./suggest.js";

const ATTACHMENT = 11;

/**
 * @typedef {{node: HTMLElement, command: any, focus: () => void, take: (items: import("./picker.js").Picked[]) =>
 *   import("./picker.js").Picked[], pictures: () => import("./picker.js").Picked[]}} CommandForm
 *   `take` fills empty attachment options in order and answers what did not fit
 */

/**
 * @param {any} command as /sandbox/commands lists it
 * @param {{sent: () => void, cancel: () => void, given?: Record<string, any>}} about
 * @returns {CommandForm}
 */
export function createCommandForm(command, { sent, cancel, given = {} }) {
  const title = `/${command.shown ?? command.name}`;
  const fields = new Map();
  const options = command.options ?? [];
  const rows = el("div", { class: "options" });
  const chips = el("div", { class: "chips" });
  const about = el("p", { class: "about", id: freshId("about") });
  const alert = el("p", { class: "refused", role: "alert" });
  const send = el("button", { type: "submit", class: "solid", text: "Send" });
  const on = { submit, keydown, focusin: (event) => describe(event.target) };
  const node = el("form", { class: "command", "aria-label": title, novalidate: true, on }, header(), rows, alert, el("footer", {}, chips, send));
  let open = options.filter((one) => !one.required).length <= 3;

  for (const option of [...options].sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false))) {
    if (option.required || given[option.name] !== undefined) add(option);
  }
  exchange();
  drawChips();
  describe(null);

  function header() {
    const close = el("button", { type: "button", class: "remove", "aria-label": `Cancel ${title}`, text: "✕", on: { click: cancel } });
    return el("header", {}, el("strong", { text: title }), about, close);
  }
  function add(option) {
    const remove = option.required ? null : () => drop(option);
    const field = createOption(option, { remove, suggestions, done: onward });
    if (given[option.name] !== undefined) field.set(given[option.name]);
    fields.set(option.name, field);
    rows.append(field.node);
    return field;
  }
  function drop(option) {
    fields.get(option.name)?.node.remove();
    fields.delete(option.name);
    drawChips();
    focus();
  }
  function drawChips() {
    const left = options.filter((one) => !fields.has(one.name));
    chips.replaceChildren();
    if (left.length === 0) return;
    const toggle = () => {
      open = !open;
      drawChips();
      chips.querySelector("button")?.focus();
    };
    const props = { type: "button", class: "chip more", "aria-expanded": String(open) };
    if (!open) chips.append(el("button", { ...props, text: `+${left.length} optional`, on: { click: toggle } }));
    else chips.append(...left.map(chip));
  }
  function chip(option) {
    const name = option.shown ?? option.name;
    const click = () => {
      const field = add(option);
      drawChips();
      field.focus();
    };
    const props = { type: "button", class: "chip", title: option.description, "aria-label": `Add ${name}` };
    return el("button", { ...props, text: `+ ${name}`, on: { click } });
  }
  /** Two pictures are easily the wrong way round. */
  function exchange() {
    const pickers = [...fields.values()].filter((one) => one.option.required && one.picker);
    if (pickers.length !== 2) return;
    const [first, second] = pickers;
    const click = () => {
      const kept = first.value();
      first.set(second.value());
      second.set(kept);
    };
    const label = `Exchange ${first.name} and ${second.name}`;
    first.node.after(el("button", { type: "button", class: "exchange", "aria-label": label, title: label, text: "⇄", on: { click } }));
  }
  function describe(target) {
    const name = target?.closest?.("[data-option]")?.dataset.option;
    const option = options.find((one) => one.name === name);
    about.textContent = option?.description ?? command.description ?? "";
  }
  function values(pack, except = null) {
    const found = {};
    for (const [name, field] of fields) {
      const value = field.value();
      if (name === except || value === undefined) continue;
      found[name] = field.option.type === ATTACHMENT ? pack(value) : value;
    }
    return found;
  }
  async function suggestions(option, typed) {
    const { pack } = parcel();
    const told = (one) => fields.get(one.name)?.check() === "" && one.type !== ATTACHMENT;
    const sure = Object.fromEntries(Object.entries(values(pack, option.name)).filter(([name]) => told(options.find((one) => one.name === name))));
    const asked = { kind: "autocomplete", command: command.name, options: sure, option: option.name, typed };
    try {
      const { choices } = await act({ ...asked, channel: current.channel });
      return choices.map((one) => ({ value: one.value, label: one.name }));
    } catch {
      return [];
    }
  }
  function keydown(event) {
    if (event.key === "Escape") cancel();
    else if (event.key === "Backspace") erase(event);
    else return;
    if (event.key === "Escape") event.preventDefault();
  }
  /** Backspace in an empty optional field takes the field away. */
  function erase(event) {
    const field = fields.get(event.target.closest("[data-option]")?.dataset.option);
    if (!field || field.option.required || event.target.value !== "") return;
    event.preventDefault();
    drop(field.option);
  }
  async function submit(event) {
    event.preventDefault();
    const wrong = [...fields.values()].filter((field) => field.check() !== "");
    alert.textContent = "";
    if (wrong.length) return wrong[0].focus();
    if (send.disabled) return;
    send.disabled = true;
    const { files, pack } = parcel();
    try {
      await act({ kind: "slash", channel: current.channel, command: command.name, options: values(pack) }, files);
      sent();
    } catch (error) {
      alert.textContent = error.message;
    } finally {
      send.disabled = false;
    }
  }
  function focus() {
    const empty = [...fields.values()].find((one) => one.value() === undefined);
    (empty ?? send).focus();
  }
  /** A file was given: on to what is still needed. */
  function onward() {
    const needed = [...fields.values()].find((one) => one.option.required && one.value() === undefined);
    (needed ?? send).focus();
  }
  function take(items) {
    const pickers = [...fields.values()].map((one) => one.picker).filter(Boolean);
    return pickers.reduce((left, picker) => picker.add(left), items);
  }
  const pictures = () => [...fields.values()].flatMap((one) => one.picker?.items() ?? []);
  return { node, command, focus, take, pictures };
}

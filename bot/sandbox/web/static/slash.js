// A chosen slash command, as fields to fill in; what the composer turns into.

import { act } from "./api.js";
import { el } from "./dom.js";
import { createOption } from "./options.js";
import { filesOf, parcel } from "./picker.js";
import { current } from "./store.js";

/** @typedef {import("./picker.js").Picked} Picked */

const ATTACHMENT = 11;
/** As many optional options are shown without being asked for. */
const FEW = 3;

/** The form of one command; `node` is on the page as long as the composer keeps it there. */
export class CommandForm {
  /**
   * @param {any} command as /sandbox/commands lists it
   * @param {{sent: () => void, cancel: () => void, given?: Record<string, any>}} about `given` are values by option
   */
  constructor(command, { sent, cancel, given = {} }) {
    this.command = command;
    this.sent = sent;
    this.cancel = cancel;
    this.given = given;
    this.options = command.options ?? [];
    /** @type {Map<string, import("./options.js").OptionField>} */
    this.fields = new Map();
    this.node = this.draw();
    const required = this.options.filter((one) => one.required);
    const optional = this.options.filter((one) => !one.required);
    this.open = optional.length <= FEW;
    for (const option of [...required, ...optional.filter((one) => one.name in given)]) this.add(option);
    this.drawExchange();
    this.drawChips();
    this.describe(null);
  }

  /** Fill empty attachment options in order. @param {Picked[]} items @returns {Picked[]} what did not fit */
  take(items) {
    const pickers = this.all().map((one) => one.picker).filter(Boolean);
    return pickers.reduce((left, picker) => picker.add(left), items);
  }

  /** @returns {Picked[]} the files it holds */
  pictures() {
    return this.all().flatMap((one) => one.picker?.items() ?? []);
  }

  /** Go to what is still empty, or else to Send. */
  focus() {
    (this.all().find((one) => one.value() === undefined) ?? this.send).focus();
  }

  all() {
    return [...this.fields.values()];
  }

  draw() {
    const title = `/${this.command.shown ?? this.command.name}`;
    this.rows = el("div", { class: "options" });
    this.chips = el("div", { class: "chips" });
    this.about = el("p", { class: "about" });
    this.alert = el("p", { class: "refused", role: "alert" });
    this.send = el("button", { type: "submit", class: "solid", text: "Send" });
    const click = () => this.cancel();
    const cross = { type: "button", class: "remove", "aria-label": `Cancel ${title}`, text: "✕", on: { click } };
    const header = el("header", {}, el("strong", { text: title }), this.about, el("button", cross));
    const on = {
      submit: (event) => this.submit(event),
      keydown: (event) => this.keydown(event),
      paste: (event) => this.paste(event),
      focusin: (event) => this.describe(event.target),
    };
    const footer = el("footer", {}, this.chips, this.send);
    const props = { class: "command", "aria-label": title, novalidate: true, on };
    return el("form", props, header, this.rows, this.alert, footer);
  }

  add(option) {
    const remove = option.required ? null : () => this.drop(option);
    const suggestions = (typed) => this.suggestions(option, typed);
    const field = createOption(option, { remove, suggestions, done: () => this.onward() });
    if (this.given[option.name] !== undefined) field.set(this.given[option.name]);
    this.fields.set(option.name, field);
    this.rows.append(field.node);
    return field;
  }

  drop(option) {
    this.fields.get(option.name)?.node.remove();
    this.fields.delete(option.name);
    this.drawChips();
    this.focus();
  }

  drawChips() {
    const left = this.options.filter((one) => !this.fields.has(one.name));
    const more = { type: "button", class: "chip", "aria-expanded": "false", text: `+${left.length} optional` };
    const click = () => {
      this.open = true;
      this.drawChips();
      this.chips.querySelector("button")?.focus();
    };
    if (this.open) this.chips.replaceChildren(...left.map((one) => this.chip(one)));
    else this.chips.replaceChildren(left.length ? el("button", { ...more, on: { click } }) : "");
  }

  chip(option) {
    const name = option.shown ?? option.name;
    const click = () => {
      const field = this.add(option);
      this.drawChips();
      field.focus();
    };
    const props = { type: "button", class: "chip", title: option.description, "aria-label": `Add ${name}` };
    return el("button", { ...props, text: `+ ${name}`, on: { click } });
  }

  /** Two pictures are easily the wrong way round. */
  drawExchange() {
    const pictured = this.all().filter((one) => one.option.required && one.picker);
    if (pictured.length !== 2) return;
    const [first, second] = pictured;
    const click = () => {
      const kept = first.value();
      first.set(second.value());
      second.set(kept);
    };
    const label = `Exchange ${first.name} and ${second.name}`;
    const props = { type: "button", class: "exchange", "aria-label": label, title: label, text: "⇄" };
    first.node.after(el("button", { ...props, on: { click } }));
  }

  /** Say on top what the option in hand is for. */
  describe(target) {
    const name = target?.closest?.("[data-option]")?.dataset.option;
    const option = this.options.find((one) => one.name === name);
    this.about.textContent = option?.description ?? this.command.description ?? "";
  }

  /** What the bot suggests, told what else was filled in and can be sent. */
  async suggestions(option, typed) {
    const others = this.all().filter((one) => one.option !== option && !one.picker && one.fits());
    const { choices } = await act({
      kind: "autocomplete",
      channel: current.channel,
      command: this.command.name,
      options: Object.fromEntries(others.map((one) => [one.option.name, one.value()])),
      option: option.name,
      typed,
    });
    return choices.map((one) => ({ value: one.value, label: one.name }));
  }

  keydown(event) {
    if (event.key === "Backspace") return this.erase(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.cancel();
  }

  /** Backspace in an empty optional field takes the field away. */
  erase(event) {
    const field = this.fields.get(event.target.closest("[data-option]")?.dataset.option);
    if (!field || field.option.required || event.target.value !== "") return;
    event.preventDefault();
    this.drop(field.option);
  }

  paste(event) {
    const items = filesOf(event.clipboardData);
    if (items.length === 0) return;
    event.preventDefault();
    this.take(items);
  }

  /** A file was given: on to what is still needed. */
  onward() {
    const needed = this.all().find((one) => one.option.required && one.value() === undefined);
    (needed ?? this.send).focus();
  }

  values(pack) {
    const given = this.all().filter((one) => one.value() !== undefined);
    const sent = (one) => (one.option.type === ATTACHMENT ? pack(one.value()) : one.value());
    return Object.fromEntries(given.map((one) => [one.option.name, sent(one)]));
  }

  async submit(event) {
    event.preventDefault();
    this.alert.textContent = "";
    const wrong = this.all().filter((field) => field.check() !== "");
    if (wrong.length) return wrong[0].focus();
    if (this.send.disabled) return;
    this.send.disabled = true;
    const { files, pack } = parcel();
    const options = this.values(pack);
    try {
      await act({ kind: "slash", channel: current.channel, command: this.command.name, options }, files);
      this.sent();
    } catch (error) {
      this.alert.textContent = error.message;
    } finally {
      this.send.disabled = false;
    }
  }
}

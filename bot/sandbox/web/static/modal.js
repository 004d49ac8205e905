// The forms (modals) that the bot opens.

import { act } from "./api.js";
import { el, icon } from "./dom.js";
import { createField } from "./fields.js";
import { renderMarkdown } from "./markdown.js";
import { outcome } from "./outcomes.js";
import { filesOf, parcel } from "./picker.js";
import { current, nameOf, on, state } from "./store.js";
import { freshId } from "./listbox.js";

const ROW = 1, TEXT_DISPLAY = 10, LABEL = 18;

/** Show forms as the bot opens them. */
export function mountModals() {
  on("interaction", (told) => {
    if (told.state === "modal" && told.form) openModal(told);
  });
}

/** Show a form until it is sent or closed. @param {{id: string, channel_id?: string, form: any}} told */
export function openModal(told) {
  document.querySelector("dialog.modal")?.close();
  new Modal(told).open();
}

class Modal {
  constructor({ id, channel_id: channel, form }) {
    this.id = id;
    this.channel = channel ?? current.channel;
    /** @type {import("./fields.js").Field[]} */
    this.fields = [];
    this.dialog = this.draw(form);
  }

  draw(form) {
    const title = el("h2", { id: freshId("title"), text: form.title });
    const click = () => this.dialog.close();
    const cross = { type: "button", class: "remove", "aria-label": "Close the form", on: { click } };
    const bot = state?.bot ? nameOf(state.bot.user) : "the bot";
    const warning = `What you write here goes to ${bot}. Never enter a password.`;
    this.alert = el("p", { class: "refused", role: "alert" });
    this.send = el("button", { type: "submit", class: "solid", text: "Submit" });
    this.form = el(
      "form",
      { novalidate: true, on: { submit: (event) => this.submit(event) } },
      el("header", {}, title, el("button", cross, icon("close"))),
      el("p", { class: "help", text: warning }),
      el("div", { class: "modal-body" }, ...form.components.map((one) => this.part(one))),
      this.alert,
      el("footer", {}, el("button", { type: "button", class: "plain", text: "Cancel", on: { click } }), this.send),
    );
    return el("dialog", { class: "modal", "aria-labelledby": title.id }, this.form);
  }

  part(one) {
    if (one.type === TEXT_DISPLAY) return el("div", { class: "modal-text" }, renderMarkdown(one.content));
    if (one.type === ROW) return el("div", {}, ...one.components.map((child) => this.part(child)));
    const control = one.type === LABEL ? one.component : one;
    const field = createField(control, { label: one.label ?? "", description: one.description });
    if (control.custom_id) this.fields.push(field);
    return field.node;
  }

  open() {
    const before = document.activeElement;
    this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      // What opened the form may be gone by now.
      const back = before?.isConnected && before !== document.body ? before : null;
      (back ?? document.querySelector("#composer textarea"))?.focus();
    });
    this.dialog.addEventListener("drop", (event) => this.give(event, filesOf(event.dataTransfer)));
    this.dialog.addEventListener("paste", (event) => this.give(event, filesOf(event.clipboardData)));
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
    (this.fields[0] ?? this.send).focus();
  }

  /** Files that no field took for itself go to the first one that has room. */
  give(event, items) {
    if (items.length === 0 || event.defaultPrevented) return;
    event.preventDefault();
    this.fields.reduce((left, field) => field.take?.(left) ?? left, items);
  }

  async submit(event) {
    event.preventDefault();
    this.alert.textContent = "";
    const wrong = this.fields.filter((field) => field.check() !== "");
    if (wrong.length) return wrong[0].focus();
    if (this.send.disabled) return;
    this.send.disabled = true;
    const { files, pack } = parcel();
    const values = Object.fromEntries(this.fields.map((field) => [field.customId, field.value(pack)]));
    try {
      const sent = await act({ kind: "submit", channel: this.channel, interaction: this.id, values }, files);
      const told = await outcome(sent.interaction);
      if (told.state === "failed") throw new Error(told.text ?? "Something went wrong. Try again.");
      this.dialog.close();
    } catch (error) {
      this.alert.textContent = error.message;
    } finally {
      this.send.disabled = false;
    }
  }
}

// The forms (modals) that the bot opens.

import { act } from "./api.js";
import { el, icon } from "./dom.js";
import { createField } from "./fields.js";
import { renderMarkdown } from "./markdown.js";
import { outcome } from "./outcomes.js";
import { parcel } from "./picker.js";
import { current, nameOf, on, state } from "./store.js";
import { freshId } from "./suggest.js";

const ROW = 1, TEXT_DISPLAY = 10, LABEL = 18;

/** Show forms as the bot opens them. */
export function mountModals() {
  on("interaction", (told) => {
    if (told.state === "modal" && told.form) openModal(told);
  });
}

/** Show a form until it is sent or closed. @param {{id: string, channel_id?: string, form: any}} told */
export function openModal({ id, channel_id: channel, form }) {
  document.querySelector("dialog.modal")?.close();
  const before = document.activeElement;
  const fields = [];
  const title = el("h2", { id: freshId("title"), text: form.title });
  const body = el("div", { class: "modal-body" }, ...form.components.map((one) => part(one, fields)));
  const alert = el("p", { class: "refused", role: "alert" });
  const send = el("button", { type: "submit", class: "solid", text: "Submit" });
  const close = () => dialog.close();
  const cross = el("button", { type: "button", class: "remove", "aria-label": "Close the form", on: { click: close } }, icon("close"));
  const cancel = el("button", { type: "button", class: "plain", text: "Cancel", on: { click: close } });
  const bot = state?.bot ? nameOf(state.bot.user) : "the bot";
  const warning = el("p", { class: "help", text: `What you write here goes to ${bot}. Never enter a password.` });
  const foot = el("footer", {}, cancel, send);
  const content = el("form", { novalidate: true, on: { submit } }, el("header", {}, title, cross), warning, body, alert, foot);
  const dialog = el("dialog", { class: "modal", "aria-labelledby": title.id }, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    // What opened the form may be gone by now.
    const back = before?.isConnected && before !== document.body ? before : document.querySelector("#composer textarea");
    back?.focus();
  });
  content.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) content.requestSubmit();
  });
  document.body.append(dialog);
  dialog.showModal();
  (fields[0] ?? { focus: () => send.focus() }).focus();

  async function submit(event) {
    event.preventDefault();
    alert.textContent = "";
    const wrong = fields.filter((field) => field.check() !== "");
    if (wrong.length) return wrong[0].focus();
    if (send.disabled) return;
    send.disabled = true;
    const { files, pack } = parcel();
    const values = Object.fromEntries(fields.map((field) => [field.customId, field.value(pack)]));
    try {
      const sent = await act({ kind: "submit", channel: channel ?? current.channel, interaction: id, values }, files);
      const told = await outcome(sent.interaction);
      if (told.state === "failed") throw new Error(told.text ?? "Something went wrong. Try again.");
      close();
    } catch (error) {
      alert.textContent = error.message;
    } finally {
      send.disabled = false;
    }
  }
}

/** One part of a form; what can be filled in is added to `fields`. */
function part(one, fields) {
  if (one.type === TEXT_DISPLAY) return el("div", { class: "modal-text" }, renderMarkdown(one.content));
  if (one.type === ROW) return el("div", {}, ...one.components.map((child) => part(child, fields)));
  const control = one.type === LABEL ? one.component : one;
  const field = createField(control, { label: one.label ?? "", description: one.description });
  if (control.custom_id) fields.push(field);
  return field.node;
}

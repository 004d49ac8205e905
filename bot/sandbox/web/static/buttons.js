/** Buttons under messages: five styles, and what pressing one does. */

import { act } from "./api.js";
import { el, icon } from "./dom.js";
import { outside } from "./links.js";
import { loud } from "./loud.js";
import { outcome } from "./outcomes.js";
import { emit } from "./store.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/** @param {any} component @param {any} message */
export function pressable(component, message) {
  const style = STYLES[component.style];
  if (!style) return loud(`button style ${component.style}`, component);
  const kind = `button button-${style}`;
  const inside = [component.emoji && emoji(component.emoji), component.label && el("span", { text: component.label })];
  const key = JSON.stringify([message.id, component]);
  if (style === "link") {
    if (component.disabled) return el(
      "button",
      { type: "button", class: kind, key, disabled: true },
      ...inside,
      icon("external"),
    );
    return outside(component.url, [...inside, icon("external")].filter(Boolean), { class: kind, key });
  }
  const dataset = { customId: component.custom_id };
  const props = { type: "button", class: kind, key, disabled: component.disabled, dataset };
  const label = component.label ? null : (component.emoji?.name ?? null);
  const node = el("button", { ...props, "aria-label": label }, ...inside);
  node.addEventListener("click", () => press(node, component, message));
  return node;
}

/** An emoji of Unicode, or a server's own by its name: the sandbox has no pictures of them. */
function emoji({ id, name }) {
  return el("span", { class: "emoji", text: id ? `:${name}:` : name, "aria-hidden": "true" });
}

async function press(node, component, message) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    const what = { kind: "press", channel: message.channel_id, message: message.id, custom_id: component.custom_id };
    await outcome((await act(what)).interaction);
  } catch (error) {
    emit("toast", error.message);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/** "You are …": who acts on this page, and the switch to somebody else. */

import { identity } from "./api.js";
import { avatar } from "./avatars.js";
import { clear, el, icon } from "./dom.js";
import { go } from "./route.js";
import { channels, current, nameOf, on, state } from "./store.js";

/** @param {HTMLElement} node */
export function mountIdentity(node) {
  const list = el("div", { class: "identities", role: "menu", "aria-label": "Be somebody else", hidden: true });
  const button = el("button", { type: "button", class: "you", "aria-haspopup": "menu", "aria-expanded": "false" });
  node.append(list, button);
  const toggle = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) (list.querySelector("[aria-checked='true']") ?? list.firstElementChild)?.focus();
  };
  const show = () => {
    showMe(button);
    const entries = state.people.map((one) => entry(one, () => (toggle(false), button.focus())));
    list.replaceChildren(el("p", { class: "heading", text: "Be somebody else", role: "presentation" }), ...entries);
  };
  button.addEventListener("click", () => toggle(list.hidden));
  list.addEventListener("keydown", (event) => move(event, list, () => (toggle(false), button.focus())));
  document.addEventListener("pointerdown", (event) => node.contains(event.target) || list.hidden || toggle(false));
  node.addEventListener(
    "focusout",
    (event) => event.relatedTarget && !node.contains(event.relatedTarget) && toggle(false),
  );
  on("identity", show);
  on("state", () => list.hidden && show());
  show();
}

function showMe(button) {
  const about = state.people.find((one) => one.user.id === state.me.id)?.about ?? "";
  clear(button);
  const words = el(
    "span",
    { class: "words" },
    el("span", { class: "lead", text: "You are" }),
    el("strong", { text: nameOf(state.me) }),
    el("span", { class: "about", text: about }),
  );
  button.append(avatar(state.me, "avatar-medium"), words, icon("down"));
}

function entry({ user, about }, done) {
  const mine = user.id === identity();
  const words = el(
    "span",
    { class: "words" },
    el("strong", { text: nameOf(user) }),
    el("span", { class: "about", text: about }),
  );
  const be = () => {
    done();
    if (!mine) go(current.channel ?? channels()[0]?.id ?? "", user.id);
  };
  const choice = { role: "menuitemradio", "aria-checked": String(mine), tabindex: "-1" };
  const props = { type: "button", ...choice, dataset: { userId: user.id }, on: { click: be } };
  return el("button", props, avatar(user, "avatar-medium"), words, mine && icon("check"));
}

function move(event, list, close) {
  const entries = [...list.querySelectorAll("[role='menuitemradio']")];
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (event.key === "Escape") close();
  else if (to !== undefined) entries[(to + entries.length) % entries.length].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

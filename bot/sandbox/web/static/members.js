/** Who is in the open channel's server; each opens the menu of a person. */

import { avatar } from "./avatars.js";
import { el, icon, morph } from "./dom.js";
import { opensMenu } from "./menus.js";
import { current, emit, guildOf, nameOf, on } from "./store.js";

const WIDE = window.matchMedia("(min-width: 1101px)");
let open = WIDE.matches;
let place = null;

/** @param {HTMLElement} node */
export function mountMembers(node) {
  place = node;
  for (const name of ["channel", "state", "console"]) on(name, show);
  WIDE.addEventListener("change", () => setMembers(WIDE.matches));
  const leave = () => open && !WIDE.matches && setMembers(false);
  document.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  document.addEventListener(
    "pointerdown",
    (event) => event.target.closest("#members, #topbar, #overlays, .popup") || leave(),
  );
}

/** @returns {boolean} */
export function membersOpen() {
  return open;
}

/** @param {boolean} next */
export function setMembers(next) {
  open = next;
  show();
  emit("members", open);
}

function show() {
  const guild = guildOf();
  place.hidden = !open || !guild || (current.console && !WIDE.matches);
  if (place.hidden) return;
  const next = place.cloneNode();
  const bots = guild.members.filter((one) => one.member.user.bot);
  const people = guild.members.filter((one) => !one.member.user.bot);
  for (const [title, some] of [["Members", people], ["Apps", bots]]) {
    if (!some.length) continue;
    const list = el("ul", { class: "people" }, ...some.map((one) => el("li", {}, entry(one.member.user, guild))));
    next.append(el("h2", { class: "heading", text: `${title} — ${some.length}` }), list);
  }
  morph(place, next);
}

function entry(user, guild) {
  const owner = user.id === guild.owner_id && el("span", { class: "crown", title: "Server owner" }, icon("crown"));
  const badge = user.bot && el("span", { class: "badge", text: "App" });
  const name = el("span", { class: "name", text: nameOf(user) });
  const button = el(
    "button",
    { type: "button", class: "person", key: JSON.stringify([user, guild.id]), dataset: { userId: user.id } },
    avatar(user, "avatar-small"),
    name,
    owner,
    badge,
  );
  return opensMenu(button, () => ({ user }), { click: true });
}

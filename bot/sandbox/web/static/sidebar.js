/** Servers, channels, direct messages, the bot's connection, and who one is. */

import { identity } from "./api.js";
import { avatar, initials } from "./avatars.js";
import { el, icon, morph } from "./dom.js";
import { mountIdentity } from "./identity.js";
import { href } from "./route.js";
import { current, guildOf, nameOf, on, state, titleOf } from "./store.js";

let connected = true; // to the sandbox
const unread = new Map(); // channel id → how many mentions, 0 for new messages alone

/** @param {HTMLElement} node */
export function mountSidebar(node) {
  const rail = el("nav", { class: "rail", "aria-label": "Servers" });
  const list = el("nav", { class: "channels", "aria-label": "Channels" });
  const bot = el("p", { class: "bot-status", role: "status" });
  const who = el("section", { class: "who", "aria-label": "Who you are" });
  node.append(rail, el("div", { class: "side" }, list, bot, who));
  mountIdentity(who);
  const show = () => {
    if (current.channel) unread.delete(current.channel);
    showRail(rail);
    showChannels(list);
    showBot(bot);
  };
  on("state", show);
  on("channel", () => (setDrawer(false), show()));
  on("identity", () => unread.clear());
  on("connection", (there) => {
    connected = there;
    showBot(bot);
  });
  on("message", (one) => note(one) && show());
  document.addEventListener("keydown", (event) => event.key === "Escape" && setDrawer(false));
  document.addEventListener("pointerdown", (event) => node.contains(event.target) || setDrawer(false));
  show();
}

/** Open or close the sidebar where the screen is narrow. @param {boolean} open */
export function setDrawer(open) {
  const node = document.getElementById("sidebar");
  if (node.classList.contains("open") === open) return;
  node.classList.toggle("open", open);
  if (open) node.querySelector("[aria-current]")?.focus();
}

function note({ channel_id: channel, view }) {
  const mine = view.message.author.id === identity();
  if (channel === current.channel || mine || view.message.edited_timestamp) return false;
  unread.set(channel, (unread.get(channel) ?? 0) + (view.pings_me ? 1 : 0));
  return true;
}

function showRail(rail) {
  const here = guildOf();
  const next = rail.cloneNode();
  const home = state.dms[0];
  if (home) next.append(server("Direct messages", icon("at"), home.id, !here, state.dms));
  if (home && state.guilds.length) next.append(el("hr", { class: "rail-line" }));
  for (const guild of state.guilds) {
    const seen = guild.channels.filter((one) => one.can_see !== false);
    if (seen.length) next.append(server(guild.name, initials(guild.name, 3), seen[0].id, guild === here, seen));
  }
  morph(rail, next);
}

function server(name, shown, channelId, open, channels) {
  const waiting = channels.filter((one) => unread.has(one.id));
  const pings = waiting.reduce((sum, one) => sum + unread.get(one.id), 0);
  const label = pings ? `${name}, ${pings} mentions` : waiting.length ? `${name}, unread` : name;
  const link = el(
    "a",
    { class: "server", href: href(channelId), "aria-label": label, title: name, "aria-current": open && "true" },
    shown,
  );
  const kind = `server-slot${open ? " open" : ""}${waiting.length ? " unread" : ""}`;
  return el(
    "div",
    { class: kind },
    link,
    pings > 0 && el("span", { class: "count", text: pings, "aria-hidden": "true" }),
  );
}

function showChannels(list) {
  const guild = guildOf();
  const next = list.cloneNode();
  next.append(el("h2", { class: "place", text: guild?.name ?? "Direct messages" }));
  const shown = (guild?.channels ?? state.dms).filter((one) => one.can_see !== false);
  if (guild) next.append(el("h3", { class: "heading", text: "Text channels" }));
  next.append(el("ul", {}, ...shown.map((one) => el("li", {}, guild ? channelLink(one) : personLink(one)))));
  morph(list, next);
}

function channelLink(channel) {
  const note = channel.nsfw ? "age-restricted" : channel.can_write === false ? "read only" : "";
  return link(channel, icon("hash"), note);
}

function personLink(channel) {
  const other = (channel.recipients ?? []).find((one) => one.id !== identity()) ?? state.me;
  return link(channel, avatar(other, "avatar-small"), other.bot ? "App" : "");
}

function link(channel, drawing, note) {
  const pings = unread.get(channel.id);
  const open = channel.id === current.channel;
  const name = el("span", { class: "name", text: titleOf(channel) });
  const small = note && el("span", { class: "note", text: note });
  const count = pings > 0 && el("span", { class: "count", text: pings, "aria-label": `${pings} mentions` });
  const kind = `channel${pings !== undefined ? " unread" : ""}`;
  return el(
    "a",
    { class: kind, href: href(channel.id), "aria-current": open && "page", dataset: { channelId: channel.id } },
    drawing,
    name,
    small,
    count,
  );
}

function showBot(node) {
  const { user, connected: online } = state.bot;
  const text = connected ? `${nameOf(user)} is ${online ? "online" : "offline"}` : "The sandbox does not answer …";
  node.className = `bot-status ${connected && online ? "online" : "offline"}`;
  if (node.textContent !== text) node.replaceChildren(el("span", { class: "dot", "aria-hidden": "true" }), text);
}

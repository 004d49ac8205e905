/** What stands inside a line of Discord's Markdown: emphasis, code, links, mentions, times, spoilers. */

import { el, icon } from "./dom.js";
import { outside } from "./links.js";
import { opensMenu } from "./menus.js";
import { href } from "./route.js";
import { channelOf, guildOf, nameOf, roleOf, state, titleOf, userOf } from "./store.js";
import { moment } from "./time.js";

const MESSAGE_LINK = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(@me|\d+)\/(\d+)(?:\/(\d+))?$/;
const MASKED = /\[((?:\\.|[^\\\]])+)\]\(<?(https?:\/\/[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+"([^"]*)")?\)/y;
const URL_END = /[.,:;!?'"\])]+$/;

/** Each is tried where the text stands; the first that matches makes a node, or null to leave the text as it is. */
const RULES = [
  [/\\([^0-9A-Za-z\s])/y, ([, sign]) => sign],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, ([, , text]) => el("code", { text: text.replace(/^ (.*`.*) $/, "$1") })],
  [/<t:(-?\d{1,13})(?::([a-zA-Z]))?>/y, ([, at, style]) => moment(Number(at), style ?? "f")],
  [/<@!?(\d+)>/y, ([, id]) => person(id)],
  [/<@&(\d+)>/y, ([, id]) => role(id)],
  [/<#(\d+)>/y, ([, id]) => channel(id)],
  [/<\/([^:>]+):\d+>/y, ([, name]) => el("span", { class: "mention", text: `/${name}` })],
  [/<a?:(\w{2,32}):\d+>/y, ([, name]) => el("span", { class: "emoji", text: `:${name}:`, title: `:${name}:` })],
  [/@(everyone|here)\b/y, ([all]) => el("span", { class: "mention", text: all })],
  [MASKED, ([, text, url, title]) => link(url, inline(text), title)],
  [/<(https?:\/\/[^\s<>]+)>/y, ([, url]) => link(url)],
  [/https?:\/\/[^\s<>|]+/y, bare],
  [/\|\|([\s\S]+?)\|\|/y, ([, text]) => spoiler(text)],
  [/\*\*\*((?:\\[\s\S]|[^\\])+?)\*\*\*/y, ([, text]) => el("strong", {}, el("em", {}, ...inline(text)))],
  [/\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y, ([, text]) => el("strong", {}, ...inline(text))],
  [/__((?:\\[\s\S]|[^\\])+?)__(?!_)/y, ([, text]) => el("u", {}, ...inline(text))],
  [/~~([\s\S]+?)~~/y, ([, text]) => el("s", {}, ...inline(text))],
  [/\*(?=\S)((?:\\[\s\S]|\*\*|[^\\*])+?)(?<=\S)\*(?!\*)/y, ([, text]) => el("em", {}, ...inline(text))],
  [/(?<!\w)_((?:\\[\s\S]|__|[^\\_])+?)_(?!\w)/y, ([, text]) => el("em", {}, ...inline(text))],
];
const SPECIAL = /[\\`<@[h|*_~]/g;

/** @param {string} text @returns {(Node|string)[]} */
export function inline(text) {
  const made = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const [node, length] = special(text, at);
    if (node === null) plain += text.slice(at, at + length);
    else if (typeof node === "string") plain += node;
    else {
      if (plain) made.push(plain);
      made.push(node);
      plain = "";
    }
    at += length;
  }
  return plain ? [...made, plain] : made;
}

function special(text, at) {
  SPECIAL.lastIndex = at;
  const next = SPECIAL.exec(text)?.index ?? text.length;
  if (next > at) return [null, next - at];
  for (const [pattern, make] of RULES) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    const node = found && make(found);
    if (node !== null) return [node, found[0].length];
  }
  return [null, 1];
}

function bare([found]) {
  const url = found.replace(URL_END, (end) => (end.startsWith(")") && found.includes("(") ? ")" : ""));
  const rest = found.slice(url.length);
  return rest ? el("span", {}, link(url), rest) : link(url);
}

function link(url, shown, title) {
  const there = MESSAGE_LINK.exec(url);
  if (there) return messageLink(there, shown);
  return outside(url, shown ?? [url], { title: title ?? (shown ? url : null) });
}

function messageLink([url, , channelId, messageId], shown) {
  const known = channelOf(channelId);
  if (!known) return el("span", { class: "mention", title: url }, ...(shown ?? ["#unknown"]));
  const there = href(channelId, undefined, messageId);
  if (shown) return el("a", { href: there, title: url }, ...shown);
  return el("a", { class: "mention", href: there, title: url }, ...channelName(known), messageId ? " › message" : "");
}

function channelName(channel) {
  return [icon(guildOf(channel.id) ? "hash" : "at"), titleOf(channel)];
}

function person(id) {
  const user = userOf(id);
  const text = user ? `@${nameOf(user)}` : `<@${id}>`;
  if (!user) return el("span", { class: "mention", text });
  const mine = id === state.me.id ? " mine" : "";
  const node = el(
    "span",
    { class: `mention${mine}`, role: "button", tabindex: "0", key: text, dataset: { userId: id }, text },
  );
  return opensMenu(node, () => ({ user }), { click: true });
}

function role(id) {
  const found = roleOf(id);
  return el("span", { class: "mention", text: `@${found?.name.replace(/^@/, "") ?? "unknown-role"}` });
}

function channel(id) {
  const found = channelOf(id);
  if (!found) return el("span", { class: "mention", text: "#unknown" });
  return el("a", { class: "mention", href: href(id) }, ...channelName(found));
}

function spoiler(text) {
  const inside = el("span", { "aria-hidden": "true" }, ...inline(text));
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (node.classList.contains("open")) return;
    event.preventDefault();
    node.classList.add("open");
    inside.removeAttribute("aria-hidden");
    for (const name of Object.keys(closed)) node.removeAttribute(name);
  };
  const closed = { role: "button", tabindex: "0", "aria-label": "Spoiler: press to show" };
  const on = { click: show, keydown: show };
  const node = el("span", { class: "spoiler", ...closed, key: `||${text}`, on }, inside);
  return node;
}

/** One message as its channel shows it. */

import { act, identity } from "./api.js";
import { avatar } from "./avatars.js";
import { renderComponents } from "./components.js";
import { el, icon } from "./dom.js";
import { renderEmbeds } from "./embeds.js";
import { loud, strange } from "./loud.js";
import { renderMarkdown } from "./markdown.js";
import { attachments } from "./media.js";
import { openMenu } from "./menu.js";
import { opensMenu } from "./menus.js";
import { href } from "./route.js";
import { emit, nameOf, userOf } from "./store.js";
import { hour, stamp } from "./time.js";
import { tool } from "./tools.js";

/** Message flags (source: Discord's message resource); all others are shown as unknown. */
const FLAGS = {
  suppressEmbeds: 1 << 2, ephemeral: 1 << 6, loading: 1 << 7, silent: 1 << 12, snapshot: 1 << 14, v2: 1 << 15,
};
const KNOWN_FLAGS = Object.values(FLAGS).reduce((all, one) => all | one, 0);
const KNOWN_TYPES = new Set([0, 19, 20, 23]); // ordinary, reply, answer to a slash command, to a menu's
const FIELDS = new Set([
  "id", "type", "channel_id", "guild_id", "author", "member", "content", "timestamp", "edited_timestamp", "tts",
  "mention_everyone", "mentions", "mention_roles", "attachments", "embeds", "components", "pinned", "flags",
  "application_id", "webhook_id", "interaction_metadata", "message_reference", "referenced_message",
  "message_snapshots", "nonce", "position",
]);

/**
 * @param {any} view
 * @param {{grouped: boolean, failed: string|null, viewOf: (id: string) => any, dismiss: (id: string) => void}} place
 *   whether it follows another of its author's; what went wrong with a press; how to find what is shown now,
 *   and to put it away
 * @returns {HTMLElement}
 */
export function renderMessage(view, { grouped, failed, viewOf, dismiss }) {
  const { message } = view;
  const kinds = ["message", grouped && "grouped", view.ephemeral && "ephemeral", view.pings_me && "pinged"];
  const kind = kinds.filter(Boolean).join(" ");
  const about = () => ({ message: viewOf(message.id) ?? view });
  const node = el(
    "article",
    { class: kind, "aria-label": label(view), tabindex: "-1", dataset: { messageId: message.id } },
    !grouped && origin(view),
    grouped ? hour(message.timestamp) : opener(avatar(message.author), message.author, "face"),
    !grouped && heading(message),
    el("div", { class: "content" }, ...content(view)),
    failed && el("div", { class: "failure", role: "alert" }, icon("warning"), failed),
    notes(view, dismiss),
    tools(message, about),
  );
  return opensMenu(node, about);
}

function label({ message, ephemeral }) {
  const time = stamp(message.timestamp).textContent;
  return `${nameOf(message.author)}, ${time}${ephemeral ? ", only you can see this" : ""}`;
}

/** The line above: what command this answers, or what message it replies to. */
function origin({ command, message }) {
  if (command && (message.type === 20 || message.type === 23)) {
    const user = typeof command.user === "string" ? userOf(command.user) : command.user;
    const name = el("span", { class: "command-name", text: message.type === 20 ? `/${command.name}` : command.name });
    return el(
      "div",
      { class: "origin" },
      opener(avatar(user, "avatar-tiny"), user, "tiny"),
      opener(nameOf(user), user, "author"),
      el("span", { text: "used" }),
      name,
    );
  }
  if (message.message_reference?.type !== 0) return null;
  const to = message.referenced_message;
  if (!to) return el("div", { class: "origin" }, el("em", { text: "The original message was deleted" }));
  const link = el("a", { class: "excerpt", href: href(to.channel_id, undefined, to.id), text: excerpt(to) });
  return el(
    "div",
    { class: "origin" },
    avatar(to.author, "avatar-tiny"),
    opener(nameOf(to.author), to.author, "author"),
    to.author.bot && badge(),
    link,
  );
}

/** A message in a few words. @param {any} message */
export function excerpt(message) {
  const words = message.content || texts(message.components ?? []).join(" ");
  const plain = words
    .replace(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replace(/<@!?(\d+)>/g, (_, id) => `@${nameOf(userOf(id))}`)
    .replace(/<t:\d+(:\w)?>/g, "")
    .replace(/[*_~`|#>]|^-#/gm, "");
  return plain.replace(/\s+/g, " ").trim().slice(0, 160) || "Click to see attachment";
}

function texts(components) {
  return components.flatMap((one) => [one.content ?? "", ...texts(one.components ?? [])]).filter(Boolean);
}

function heading(message) {
  const quiet = Boolean(message.flags & FLAGS.silent);
  const silent = quiet && el("span", { class: "silent", title: "This was a silent message" }, icon("silent"));
  return el(
    "h3",
    { class: "author-line" },
    opener(nameOf(message.author), message.author, "author"),
    message.author.bot && badge(),
    stamp(message.timestamp),
    silent,
  );
}

/** Something that opens the menu of who it shows. */
function opener(shown, user, kind) {
  const name = typeof shown === "string" ? {} : { "aria-label": `Menu of ${nameOf(user)}`, tabindex: "-1" };
  const key = `${kind} ${user.id} ${user.avatar} ${nameOf(user)}`;
  return opensMenu(
    el("button", { type: "button", class: kind, key, ...name, dataset: { userId: user.id } }, shown),
    () => ({ user }),
    { click: true },
  );
}

function badge() {
  return el("span", { class: "badge", text: "App" });
}

function content({ message, thinking, forwarded }) {
  if (thinking || message.flags & FLAGS.loading) return [dots(message)];
  const snapshot = forwarded ?? message.message_snapshots?.[0];
  const odd = [
    KNOWN_TYPES.has(message.type) ? null : loud(`message type ${message.type}`, message),
    message.flags & ~KNOWN_FLAGS && loud(`message flags ${message.flags & ~KNOWN_FLAGS}`, { flags: message.flags }),
    strange("message", message, FIELDS),
  ];
  const mark = message.edited_timestamp && edited(message);
  return [...parts(message), snapshot && forward(snapshot), mark, ...odd].filter(Boolean);
}

function parts(message) {
  const shown = message.flags & FLAGS.suppressEmbeds ? null : renderEmbeds(message.embeds);
  return [
    message.content && renderMarkdown(message.content),
    attachments(message.attachments ?? []),
    shown,
    renderComponents(message.components, message),
  ];
}

function forward(snapshot) {
  const message = snapshot.message ?? snapshot;
  const inside = { id: "", channel_id: "", ...message };
  const time = message.timestamp && el("div", { class: "forward-time" }, stamp(message.timestamp));
  return el(
    "div",
    { class: "forward" },
    el("div", { class: "forward-mark" }, icon("forward"), el("em", { text: "Forwarded" })),
    ...parts(inside).filter(Boolean),
    time,
  );
}

function dots(message) {
  const three = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  return el("div", { class: "thinking" }, three, `${nameOf(message.author)} is thinking…`);
}

function edited(message) {
  const when = new Date(message.edited_timestamp).toLocaleString();
  return el("span", { class: "edited", title: `Edited ${when}`, text: "(edited)" });
}

/** What Discord's client says below: who sees it, and whether it can be put away. */
function notes({ message, ephemeral, forced_private: forced }, dismiss) {
  if (!ephemeral) return null;
  const why = forced ? "Only you can see this, because the app may not answer publicly here" : "Only you can see this";
  const away = el(
    "button",
    { type: "button", class: "dismiss", text: "Dismiss message", on: { click: () => dismiss(message.id) } },
  );
  return el(
    "div",
    { class: "note-line" },
    icon("eye"),
    why,
    el("span", { text: " • ", "aria-hidden": "true" }),
    away,
  );
}

function tools(message, about) {
  const mine = message.author.id === identity();
  const remove = mine && tool("trash", "Delete message", () => erase(message), { class: "tool own" });
  const more = tool("more", "More", (event) => openMenu(event, about()), { "aria-haspopup": "menu" });
  return el("div", { class: "tools" }, remove, more);
}

async function erase(message) {
  try {
    await act({ kind: "delete", channel: message.channel_id, message: message.id });
  } catch (error) {
    emit("toast", error.message);
  }
}

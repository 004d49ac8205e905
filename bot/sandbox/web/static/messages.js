/** The open channel's messages: their order, live changes, where one has scrolled to. */

import { identity } from "./api.js";
import { el, icon, morph } from "./dom.js";
import { excerpt, renderMessage } from "./message.js";
import { dismissedMessages, rememberDismissed } from "./preferences.js";
import { current, emit, meet, nameOf, on } from "./store.js";
import { day } from "./time.js";
import { welcome } from "./welcome.js";

const GROUP_MS = 7 * 60_000; // Discord's client joins what one author writes within seven minutes
const NEAR_PX = 60;

const views = new Map(); // by message id, in no order
const dismissed = dismissedMessages();
const failures = new Map(); // by message id, what Discord's client says of a press that went wrong
let scroller = null;
let log = null;
let greeting = null;
let jump = null;
let pinned = true; // whether the end is in view, and is to stay so
let lastTop = 0; // where it was scrolled to, in pixels
let loaded = false; // whether the channel's messages were read

/** @param {HTMLElement} node */
export function mountMessages(node) {
  log = el(
    "div",
    { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": "Messages" },
  );
  greeting = el("div", { class: "greeting" });
  const inside = el("div", { class: "scrolled" }, el("h2", { class: "unseen", text: "Messages" }), greeting, log);
  scroller = el("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Conversation" }, inside);
  jump = el(
    "button",
    { type: "button", class: "jump-to-end", hidden: true, on: { click: toEnd } },
    "Jump to the newest message",
    icon("down"),
  );
  node.append(scroller, jump);
  scroller.addEventListener("scroll", scrolled);
  scroller.addEventListener("keydown", walk);
  const observer = new ResizeObserver(() => pinned && toEnd());
  observer.observe(inside);
  observer.observe(scroller);
  on("messages", (all) => {
    const again = loaded;
    loaded = true;
    fill(all, again && !pinned);
  });
  on("message", ({ channel_id: channel, view }) => channel === current.channel && change(view));
  on("interaction", fail);
  on("gone", ({ message_id: id }) => remove(id));
  on("channel", () => {
    loaded = false;
    fill([]);
  });
  on("state", () => show()); // names, roles and whether one may write
}

/** Scroll to a message and mark it for a moment. @param {string} id */
export function showMessage(id) {
  const node = find(id);
  if (!node) {
    emit("toast", "This message is not here any more.");
    return;
  }
  setPinned(false);
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  node.classList.remove("shown");
  requestAnimationFrame(() => node.classList.add("shown"));
}

function fill(all, stay = false) {
  views.clear();
  for (const view of all) if (!view.deleted) keep(view);
  pinned = !stay;
  log.setAttribute("aria-live", "off"); // what was there already is not read out
  show();
  if (pinned) toEnd();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function keep(view) {
  meet(view.message);
  views.set(view.message.id, view);
}

function change(view) {
  if (view.deleted) return remove(view.message.id);
  const before = views.get(view.message.id);
  keep(view);
  if (!before && mine(view)) pinned = true;
  show();
  if (before) tell(before, view);
  if (pinned) toEnd();
  return undefined;
}

/** Whether one has done this oneself, and so wants to see it. */
function mine({ message, command, ephemeral }) {
  return ephemeral || [message.author.id, command?.user.id].includes(identity());
}

function fail({ message_id: id, state, text }) {
  if (!views.has(id)) return;
  if (state === "failed") failures.set(id, text ?? "This interaction failed");
  else if (!failures.delete(id)) return;
  show();
  if (pinned) toEnd();
}

function remove(id) {
  if (!views.delete(id)) return;
  const focused = find(id)?.contains(document.activeElement);
  show();
  if (focused) scroller.focus();
}

function dismiss(id) {
  dismissed.add(id);
  rememberDismissed(dismissed);
  show();
  scroller.focus();
}

/** Additions are read out by themselves; of changes only those that answer something are told. */
function tell(before, after) {
  const shape = ({ message, thinking }) => [thinking, message.attachments.length, controls(message.components)].join();
  if (shape(before) === shape(after)) return;
  const text = `${nameOf(after.message.author)}: ${excerpt(after.message)}`;
  document.getElementById("announcer").textContent = text;
}

function controls(components) {
  return (components ?? []).map((one) => one.custom_id ?? one.items?.length ?? controls(one.components)).join();
}

function show() {
  const shown = [...views.values()].filter((one) => !dismissed.has(one.message.id)).sort(byId);
  const lines = [];
  shown.forEach((view, at) => {
    const before = shown[at - 1];
    const date = day(view.message.timestamp);
    const newDay = !before || day(before.message.timestamp) !== date;
    if (newDay) lines.push(divider(date));
    const failed = failures.get(view.message.id) ?? null;
    lines.push({ view, grouped: !newDay && groups(before, view), failed });
  });
  place(lines);
  const next = welcome(loaded && !shown.some((one) => one.bot));
  if (greeting.firstChild) morph(greeting.firstChild, next);
  else greeting.append(next);
  jump.hidden = pinned;
}

function divider(date) {
  const props = { class: "day", role: "separator", "aria-label": date };
  return el("div", props, el("span", { text: date }));
}

/** Put the lines where they belong, changing in place what is on the page already. */
function place(lines) {
  const known = new Map([...log.children].map((one) => [one.dataset.messageId ?? one.getAttribute("aria-label"), one]));
  const ids = new Set(lines.map(idOf));
  for (const [id, node] of known) if (!ids.has(id)) node.remove(); // first, so that nothing that stays is moved
  let at = log.firstElementChild;
  for (const line of lines) {
    const old = known.get(idOf(line));
    const node = old ?? (line.view ? render(line) : line);
    if (old && line.view && changed(old, line)) update(old, line);
    remember(node, line);
    if (node === at) at = at.nextElementSibling;
    else log.insertBefore(node, at);
  }
}

/** The focus stays in the message, even if what had it is no more. */
function update(node, line) {
  const focused = node.contains(document.activeElement);
  morph(node, render(line));
  if (focused && !node.contains(document.activeElement)) node.focus({ preventScroll: true });
}

function idOf(line) {
  return line.view ? line.view.message.id : line.getAttribute("aria-label");
}

const drawn = new WeakMap(); // a message's element → what it was drawn from

function changed(node, { view, grouped, failed }) {
  const last = drawn.get(node);
  return last?.view !== view || last.grouped !== grouped || last.failed !== failed;
}

function remember(node, line) {
  if (line.view) drawn.set(node, line);
}

function render({ view, grouped, failed }) {
  return renderMessage(view, { grouped, failed, viewOf: (id) => views.get(id), dismiss });
}

function groups(before, view) {
  const [a, b] = [before.message, view.message];
  const alone = view.command || b.message_reference || before.ephemeral !== view.ephemeral;
  return !alone && a.author.id === b.author.id && Date.parse(b.timestamp) - Date.parse(a.timestamp) < GROUP_MS;
}

function byId(a, b) {
  const [one, other] = [BigInt(a.message.id), BigInt(b.message.id)];
  return one < other ? -1 : Number(one > other);
}

function find(id) {
  return [...log.children].find((one) => one.dataset.messageId === id);
}

function distance() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

/** Only moving up leaves the end: what grows below moves nothing. */
function scrolled() {
  const up = scroller.scrollTop < lastTop;
  lastTop = scroller.scrollTop;
  if (distance() < NEAR_PX) setPinned(true);
  else if (up) setPinned(false);
}

function setPinned(next) {
  if (pinned === next) return;
  pinned = next;
  jump.hidden = pinned;
}

/** The arrow keys go from message to message. */
function walk(event) {
  const from = event.target.closest?.("article");
  if (event.target !== scroller && event.target !== from) return;
  const all = [...log.querySelectorAll("article")];
  const at = from ? all.indexOf(from) : all.length;
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || !all[to]) return;
  event.preventDefault();
  all[to].focus();
}

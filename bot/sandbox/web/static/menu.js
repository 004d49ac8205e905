// Context menus of messages and people: what the bot offers there, and what Discord itself does.

import { act, getCommands, identity } from "./api.js";
import { el, icon } from "./dom.js";
import { current, emit, guildOf, nameOf } from "./store.js";
import { float } from "./listbox.js";

const ADMINISTRATOR = 1n << 3n;
const MANAGE_MESSAGES = 1n << 13n;

let closeOpen = null;

/**
 * Open the menu of a message or a person where the event happened.
 * @param {MouseEvent | KeyboardEvent} event @param {{message?: any, user?: any}} on wire objects, or a message's VIEW
 */
export async function openMenu(event, { message, user }) {
  event.preventDefault();
  closeOpen?.();
  const view = message?.message ? message : { message };
  const target = view.message ?? user;
  const anchor = event.target.closest("button, a, [tabindex]") ?? event.target;
  const at = event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : null;
  const entries = message ? forMessage(view) : forUser(user);
  const label = message ? `Message by ${nameOf(view.message.author)}` : nameOf(user);
  const menu = show(label, entries, anchor, at);
  const offered = await apps(message ? "message" : "user", target, view.ephemeral);
  menu.add(offered);
}

/** The bot's commands for the menu; none where Discord shows none. */
async function apps(menu, target, ephemeral) {
  if (ephemeral) return [];
  const channel = current.channel;
  try {
    const found = (await getCommands(channel))[menu] ?? [];
    const run = (one) => () => act({ kind: "menu", menu, name: one.name, target: target.id, channel });
    return found.map((one) => ({ label: one.shown ?? one.name, sign: "bolt", run: run(one) }));
  } catch {
    return [];
  }
}

function forMessage({ message, ephemeral }) {
  const entries = [{ label: "Copy message ID", sign: "copy", run: () => copy(message.id) }];
  for (const file of message.attachments ?? []) {
    entries.push({ label: `Open ${file.filename}`, sign: "external", run: () => open(file.url, "_blank", "noopener") });
  }
  if (!ephemeral && mayDelete(message)) {
    const run = () => act({ kind: "delete", message: message.id, channel: message.channel_id ?? current.channel });
    entries.push({ label: "Delete message", sign: "trash", danger: true, run });
  }
  return entries;
}

/** One's own, or anybody's with Manage Messages; the sandbox has the last word. */
function mayDelete(message) {
  if (message.author.id === identity()) return true;
  const guild = guildOf();
  if (!guild || guild.owner_id === identity()) return Boolean(guild);
  const mine = guild.members.find((one) => one.member.user.id === identity())?.roles ?? [];
  const everyone = guild.roles.filter((one) => one.id === guild.id);
  const bits = [...mine, ...everyone].reduce((all, one) => all | BigInt(one.permissions), 0n);
  return (bits & (ADMINISTRATOR | MANAGE_MESSAGES)) !== 0n;
}

function forUser(user) {
  return [{ label: "Copy user ID", sign: "copy", run: () => copy(user.id) }];
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  emit("toast", "Copied.");
}

function show(label, entries, anchor, at) {
  const items = el("div", { class: "menu-items", role: "menu", "aria-label": label, tabindex: "-1" });
  const popup = el("div", { class: "popup menu" }, items);
  // Beside its anchor it would be torn down when the message is drawn again.
  (document.querySelector("main") ?? document.body).append(popup);
  const point = at && { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) };
  const stop = float(popup, point ?? anchor);
  const buttons = () => [...items.querySelectorAll("[role=menuitem]")];
  items.append(...entries.map(entry));
  items.addEventListener("keydown", keydown);
  items.addEventListener("focusout", (event) => popup.contains(event.relatedTarget) || close(false));
  document.addEventListener("pointerdown", outside, true);
  closeOpen = close;
  buttons()[0]?.focus();

  function entry({ label: text, sign, danger, run }) {
    const click = () => {
      close();
      Promise.resolve(run()).catch((error) => emit("toast", error.message));
    };
    const props = { type: "button", role: "menuitem", tabindex: "-1", class: danger ? "danger" : null };
    return el("button", { ...props, on: { click } }, text, icon(sign));
  }
  function outside(event) {
    if (!popup.contains(event.target)) close(false);
  }
  function close(back = true) {
    if (closeOpen !== close) return;
    closeOpen = null;
    document.removeEventListener("pointerdown", outside, true);
    stop();
    if (back && anchor.isConnected) anchor.focus?.();
  }
  function keydown(event) {
    const all = buttons();
    const here = all.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    const begins = (one) => one.textContent.toLowerCase().startsWith(event.key.toLowerCase());
    if (to !== undefined) all.at(to % all.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key.length === 1 && /\S/.test(event.key)) [...all.slice(here + 1), ...all].find(begins)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  function add(more) {
    if (more.length === 0 || !popup.isConnected) return;
    const first = document.activeElement === buttons()[0];
    items.prepend(...more.map(entry), el("div", { role: "separator" }));
    if (first) buttons()[0].focus();
  }
  return { add };
}

/** Starts the page and wires its parts: reads the state, follows the address, listens to the stream. */

import { getMessages, getState, identity, openStream, setIdentity } from "./api.js";
import { applyTheme } from "./preferences.js";
import { go, here } from "./route.js";
import { channelOf, channels, current, emit, on, setState } from "./store.js";
import { mountMembers } from "./members.js";
import { mountMessages, showMessage } from "./messages.js";
import { mountSidebar } from "./sidebar.js";
import { setClock } from "./time.js";
import { mountToasts } from "./toasts.js";
import { mountTopbar } from "./topbar.js";

const PLACES = [
  ["sidebar", mountSidebar],
  ["topbar", mountTopbar],
  ["messages", mountMessages],
  ["members", mountMembers],
  ["toasts", mountToasts],
];

let stream = null;
let connectedOnce = false;
let following = Promise.resolve();

async function start() {
  applyTheme();
  setIdentity(here().user);
  await readState();
  for (const [id, mount] of PLACES) mount(document.getElementById(id));
  await mountOthers();
  on("console", reopenStream);
  window.addEventListener("hashchange", () => queue(follow));
  document.getElementById("skip").addEventListener("click", skip);
  reopenStream();
  emit("identity", identity());
  await follow();
}

/** The doing side of the page; without it the page can still be read. */
async function mountOthers() {
  const others = [
    ["composer", "mountComposer"],
    ["console", "mountConsole"],
    ["modal", "mountModals"],
  ];
  for (const [name, mount] of others) {
    try {
      const module = await import(`./${name}.js`);
      module[mount]?.(document.getElementById(name));
    } catch (error) {
      console.error(error);
      emit("toast", `This part of the page could not be loaded: ${name}.`);
    }
  }
}

async function readState() {
  try {
    take(await getState());
  } catch (error) {
    if (identity() === null) throw error;
    setIdentity(null); // an address from an earlier run names who is no more
    take(await getState());
  }
}

function take(state) {
  setClock(state.now);
  setIdentity(state.me.id);
  setState(state);
}

/** Show what the address names, one change after the other. */
async function follow() {
  const there = here();
  if (there.user !== null && there.user !== identity()) await become(there.user);
  const wanted = channelOf(there.channel ?? current.channel) ?? first();
  if (!wanted) return;
  if (wanted.id !== there.channel || identity() !== there.user) {
    history.replaceState(null, "", `#${identity()}/${wanted.id}`);
  }
  if (wanted.id !== current.channel) await open(wanted.id);
  if (there.message) showMessage(there.message);
}

async function become(user) {
  setIdentity(user);
  current.channel = null;
  await readState();
  emit("identity", identity());
  reopenStream();
}

async function open(channel) {
  current.channel = channel;
  emit("channel", channel);
  await readMessages();
}

async function readMessages() {
  const channel = current.channel;
  const messages = await getMessages(channel);
  if (channel === current.channel) emit("messages", messages);
}

function first() {
  return channels().find((one) => one.can_write) ?? channels()[0];
}

function reopenStream() {
  stream?.close();
  connectedOnce = false;
  const named = ["message", "gone", "interaction", "exchange", "event"];
  const handlers = Object.fromEntries(named.map((name) => [name, (data) => emit(name, data)]));
  handlers.state = () => queue(refresh);
  handlers.open = () => {
    if (connectedOnce) queue(catchUp); // there is no replay of what was missed
    connectedOnce = true;
    emit("connection", true);
  };
  handlers.lost = () => emit("connection", false);
  stream = openStream(handlers, { console: current.console });
}

async function refresh() {
  take(await getState());
  if (!channelOf()) go(first()?.id ?? "");
}

async function catchUp() {
  await refresh();
  await readMessages();
}

function queue(work) {
  following = following.then(work).catch((error) => emit("toast", error.message));
}

function skip(event) {
  event.preventDefault();
  (document.querySelector("#composer textarea") ?? document.querySelector("#composer button"))?.focus();
}

start().catch((error) => {
  console.error(error);
  document.getElementById("messages").textContent = error.message;
});

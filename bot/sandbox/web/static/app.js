/** Starts the page and wires its parts: reads the state, follows the address, listens to the stream. */

import { getMessages, getState, identity, openStream, setIdentity } from "./api.js";
import { mountComposer } from "./composer.js";
import { mountConsole } from "./console.js";
import { mountMembers } from "./members.js";
import { mountMessages, showMessage } from "./messages.js";
import { mountModals } from "./modal.js";
import { applyTheme } from "./preferences.js";
import { go, here, href } from "./route.js";
import { channelOf, channels, current, emit, on, setState } from "./store.js";
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
  ["composer", mountComposer],
  ["console", mountConsole],
];

const RETRY_MS = 2000;

let stream = null;
let following = Promise.resolve();

async function start() {
  applyTheme();
  setIdentity(here().user);
  await readState();
  for (const [id, mount] of PLACES) mount(document.getElementById(id));
  mountModals();
  on("console", reopenStream);
  on("stale", () => queue(refresh));
  window.addEventListener("hashchange", () => queue(follow));
  document.getElementById("skip").addEventListener("click", skip);
  emit("identity", identity());
  queue(follow);
  reopenStream();
}

async function readState() {
  try {
    take(await getState());
  } catch (error) {
    if (identity() === null || error.status !== 400) throw error;
    setIdentity(null); // an earlier run's people are no more
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
    history.replaceState(null, "", href(wanted.id, identity(), there.message ?? ""));
  }
  if (wanted.id !== current.channel) await open(wanted.id);
  if (!there.message) return;
  history.replaceState(null, "", href(wanted.id)); // so that the same link leads there again
  showMessage(there.message);
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
  const named = ["message", "gone", "interaction", "exchange", "event"];
  const handlers = Object.fromEntries(named.map((name) => [name, (data) => emit(name, data)]));
  handlers.state = () => queue(refresh);
  handlers.open = () => {
    emit("connection", true);
    queue(catchUp); // there is no replay of what happened before
  };
  handlers.lost = (ended) => {
    emit("connection", false);
    if (ended) setTimeout(recover, RETRY_MS);
  };
  stream = openStream(handlers, { console: current.console });
}

async function refresh() {
  const before = identity();
  await readState();
  if (identity() !== before) emit("identity", identity());
  if (!channelOf()) go(first()?.id ?? "");
}

async function catchUp() {
  await refresh();
  if (channelOf()) await readMessages();
}

/** After a stream that was given up: the sandbox was started anew, or is gone. */
function recover() {
  queue(async () => {
    try {
      await refresh();
      reopenStream();
    } catch {
      setTimeout(recover, RETRY_MS);
    }
  });
}

function queue(work) {
  following = following.then(work).catch((error) => emit("toast", error.message));
}

function skip(event) {
  event.preventDefault();
  const boxes = [...document.querySelectorAll("#composer :is(textarea, input)")];
  boxes.find((one) => one.checkVisibility())?.focus();
}

start().catch((error) => {
  console.error(error);
  document.getElementById("messages").textContent = error.message;
});

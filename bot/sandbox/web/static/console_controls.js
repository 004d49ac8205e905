// The console's switches: faults, the connection, the bot's process and the clock.

import { consoleDo, getConsole } from "./api.js";
import { el } from "./dom.js";
import { emit, on, state } from "./store.js";

const JUMPS = [["+1 min", 60], ["+15 min", 900], ["+1 day", 86_400]];

/**
 * Draw the switches.
 * @param {HTMLElement} node
 * @returns {(about: {faults?: any[], clock?: {offset_seconds: number}}) => void} shows what holds now
 */
export function mountControls(node) {
  const faults = el("div", { class: "faults" });
  const offset = el("span", { class: "note" });
  const kill = act("Kill the bot", { do: "kill-bot" });
  const start = act("Start the bot", { do: "start-bot" });
  const link = group("Connection", act("Drop the socket", { do: "drop-socket" }), act("Expire links", { do: "expire-links" }));
  const bot = group("Bot", kill, start);
  const clock = group("Clock", ...JUMPS.map(([text, seconds]) => act(text, { do: "advance", seconds })), custom(), offset);
  const section = el("details", { class: "switches", open: true }, el("summary", { text: "Switches" }), faults, link, bot, clock);
  node.replaceChildren(section);
  on("state", show);
  show();

  function show() {
    const about = state?.bot;
    const can = about?.can ?? {};
    kill.disabled = can.kill === false || about?.connected === false;
    start.disabled = can.kill === false || about?.connected === true;
    clock.hidden = can.clock === false;
    faults.hidden = can.faults === false;
  }
  async function run(body) {
    try {
      const { done } = await consoleDo(body);
      emit("toast", done);
    } catch (error) {
      emit("toast", error.message);
    }
    try {
      fill(await getConsole());
    } catch {
      // The bot, or the sandbox itself, is on its way down or up: the next look shows it.
    }
  }
  function act(text, body) {
    return el("button", { type: "button", class: "chip", text, on: { click: () => run(body) } });
  }
  function custom() {
    const minutes = el("input", { type: "number", min: "1", max: "525600", step: "1", "aria-label": "Minutes to advance", placeholder: "min" });
    const submit = (event) => {
      event.preventDefault();
      if (minutes.value && minutes.checkValidity()) run({ do: "advance", seconds: Number(minutes.value) * 60 });
      else emit("toast", "Give whole minutes, from 1 to a year's 525600.");
    };
    return el("form", { class: "advance", novalidate: true, on: { submit } }, minutes, el("button", { type: "submit", class: "chip", text: "Advance" }));
  }
  function fill({ faults: found = [], clock: time }) {
    const focused = document.activeElement?.dataset?.fault;
    const names = [...new Set(found.map((one) => one.group))];
    const groups = names.map((name) => group(name, ...found.filter((one) => one.group === name).map(fault)));
    faults.replaceChildren(...groups);
    if (found.some((one) => one.armed)) faults.append(act("Clear all faults", { do: "clear-faults" }));
    faults.querySelector(`[data-fault="${CSS.escape(focused ?? "")}"]`)?.focus();
    offset.textContent = time?.offset_seconds ? `${told(time.offset_seconds)} ahead` : "";
  }
  /** Each press lets it happen once more. */
  function fault(one) {
    const times = Number(one.armed);
    const props = { type: "button", class: "chip fault", "aria-pressed": String(times > 0), dataset: { fault: one.id } };
    const text = times > 0 ? `${one.label} ×${times}` : one.label;
    return el("button", { ...props, text, on: { click: () => run({ do: "fault", id: one.id, times: times + 1 }) } });
  }
  return fill;
}

function group(name, ...parts) {
  return el("fieldset", {}, el("legend", { text: name }), ...parts);
}

function told(seconds) {
  if (seconds >= 86_400) return `${Math.round(seconds / 8640) / 10} days`;
  return seconds >= 3600 ? `${Math.round(seconds / 360) / 10} hours` : `${Math.round(seconds / 60)} minutes`;
}

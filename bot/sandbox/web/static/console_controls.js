// The console's switches: faults, the connection, the bot's process and the clock.

import { consoleDo, getConsole } from "./api.js";
import { el } from "./dom.js";
import { emit, on, state } from "./store.js";

const SETTLED_MS = 600;
const JUMPS = [["+1 min", 60], ["+15 min", 900], ["+1 day", 86_400]];
const MOST_MINUTES = 525_600;

/** The switches; `node` shows them, `fill` shows what holds now. */
export class Controls {
  constructor() {
    this.armed = false;
    this.drawn = "";
    this.timer = 0;
    this.draw();
    this.show();
    on("state", () => this.show());
    // A fault that was met counts down; the calls that follow tell that it may have been.
    on("exchange", () => {
      clearTimeout(this.timer);
      if (this.armed) this.timer = setTimeout(() => this.look(), SETTLED_MS);
    });
  }

  /** @param {{faults?: any[], clock?: {offset_seconds: number}}} about */
  fill({ faults = [], clock }) {
    this.offset.textContent = clock?.offset_seconds ? `${told(clock.offset_seconds)} ahead` : "";
    // A switch that is drawn anew while it is pressed would lose the press.
    const drawn = JSON.stringify(faults);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = document.activeElement?.dataset?.fault;
    const names = [...new Set(faults.map((one) => one.group))];
    const of = (name) => faults.filter((one) => one.group === name).map((one) => this.fault(one));
    this.armed = faults.some((one) => one.armed);
    this.faults.replaceChildren(...names.map((name) => group(name, ...of(name))));
    if (this.armed) this.faults.append(this.button("Clear all faults", { do: "clear-faults" }));
    if (focused) this.faults.querySelector(`[data-fault="${CSS.escape(focused)}"]`)?.focus();
  }

  draw() {
    this.faults = el("div", { class: "faults" });
    this.offset = el("span", { class: "note" });
    this.kill = this.button("Kill the bot", { do: "kill-bot" });
    this.start = this.button("Start the bot", { do: "start-bot" });
    const drop = this.button("Drop the socket", { do: "drop-socket" });
    const expire = this.button("Expire links", { do: "expire-links" });
    const jumps = JUMPS.map(([text, seconds]) => this.button(text, { do: "advance", seconds }));
    this.clock = group("Clock", ...jumps, this.jump(), this.offset);
    const groups = [group("Bot", this.kill, this.start), group("Connection", drop, expire), this.clock, this.faults];
    const title = el("summary", { text: "Switches" });
    this.node = el("div", { class: "controls" }, el("details", { class: "switches", open: true }, title, ...groups));
  }

  /** What cannot be done now, or here at all, is not offered. */
  show() {
    const { connected, can = {} } = state?.bot ?? {};
    this.kill.disabled = can.kill === false || connected === false;
    this.start.disabled = can.kill === false || connected === true;
    this.clock.hidden = can.clock === false;
    this.faults.hidden = can.faults === false;
  }

  async run(body) {
    try {
      const { done } = await consoleDo(body);
      emit("toast", done);
      emit("stale"); // the clock, for one, tells nobody that it was moved
    } catch (error) {
      emit("toast", error.message);
    }
    await this.look();
  }

  async look() {
    try {
      this.fill(await getConsole());
    } catch {
      // The sandbox is on its way down: the page says so elsewhere.
    }
  }

  button(text, body) {
    return el("button", { type: "button", class: "chip", text, on: { click: () => this.run(body) } });
  }

  /** Each press lets it happen once more. */
  fault({ id, label, armed }) {
    const times = Number(armed);
    const props = { type: "button", class: "chip fault", "aria-pressed": String(times > 0), dataset: { fault: id } };
    const click = () => this.run({ do: "fault", id, times: times + 1 });
    return el("button", { ...props, text: times > 0 ? `${label} ×${times}` : label, on: { click } });
  }

  jump() {
    const bounds = { type: "number", min: "1", max: String(MOST_MINUTES), step: "1" };
    const minutes = el("input", { ...bounds, "aria-label": "Minutes to advance", placeholder: "min" });
    const submit = (event) => {
      event.preventDefault();
      if (minutes.value && minutes.checkValidity()) this.run({ do: "advance", seconds: Number(minutes.value) * 60 });
      else emit("toast", `Give whole minutes, from 1 to ${MOST_MINUTES}, a year's.`);
    };
    const send = el("button", { type: "submit", class: "chip", text: "Advance" });
    return el("form", { class: "advance", novalidate: true, on: { submit } }, minutes, send);
  }
}

function group(name, ...parts) {
  return el("fieldset", {}, el("legend", { text: name }), ...parts);
}

function told(seconds) {
  if (seconds >= 86_400) return `${Math.round(seconds / 8640) / 10} days`;
  return seconds >= 3600 ? `${Math.round(seconds / 360) / 10} hours` : `${Math.round(seconds / 60)} minutes`;
}

// The console for engineers: what goes over the wire, and switches that make it go wrong.

import { getConsole } from "./api.js";
import { mountControls } from "./console_controls.js";
import { createTrace } from "./console_trace.js";
import { el, icon } from "./dom.js";
import { current, emit, on, setConsole } from "./store.js";

const NARROWEST = 300;
const STEP = 40;
/** Below this width of the page the console lies over it. */
const OVERLAID = 1000;
/** What the rest of the page needs. */
const OTHERS = 640;

/** Draw the console, and fill it whenever it is opened. @param {HTMLElement} node */
export function mountConsole(node) {
  const rest = createTrace("REST calls", call);
  const gateway = createTrace("Gateway events", dispatch);
  const filter = el("input", { type: "search", class: "filter", placeholder: "Filter", "aria-label": "Filter calls and events" });
  filter.addEventListener("input", () => [rest, gateway].forEach((one) => one.filter(filter.value)));
  const close = el("button", { type: "button", class: "tool", "aria-label": "Close the console", on: { click: leave } }, icon("close"));
  const controls = el("div", { class: "controls" });
  const fill = mountControls(controls);
  const head = el("header", {}, el("h2", { text: "Console" }), filter, close);
  node.replaceChildren(grip(node), el("div", { class: "console" }, head, controls, rest.node, gateway.node));
  node.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  on("exchange", rest.add);
  on("event", gateway.add);
  on("console", (open) => open && refresh());
  if (current.console) refresh();

  async function refresh() {
    try {
      const { exchanges, events, ...about } = await getConsole();
      rest.fill(exchanges);
      gateway.fill(events);
      fill(about);
    } catch (error) {
      emit("toast", error.message);
    }
  }
  function leave() {
    setConsole(false);
    document.querySelector("[aria-controls='console']")?.focus();
  }
}

/** A REST call, as a line and what is behind it. */
function call(one) {
  return {
    at: one.at,
    mark: String(one.status ?? "…"),
    kind: one.fault ? "fault" : statusKind(one.status),
    words: `${one.method} ${one.path}`,
    note: [one.fault && "fault", one.ms !== undefined && `${Math.round(one.ms)} ms`].filter(Boolean).join(" · "),
    bodies: [["Sent", one.body], ["Answered", one.answer]],
  };
}

/** A gateway event, likewise. */
function dispatch(one) {
  return { at: one.at, mark: "", kind: "", words: one.name, note: one.summary ?? "", bodies: [["Payload", one.payload]] };
}

function statusKind(status) {
  if (!status) return "lost";
  return status < 400 ? "good" : status < 500 ? "warned" : "broken";
}

/** The edge by which the console is made wider or narrower. */
function grip(node) {
  const edge = el("div", {
    class: "grip", role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": "Width of the console",
    "aria-valuemin": String(NARROWEST), "aria-valuemax": "2000", "aria-valuenow": "520",
  });
  const widen = (width) => {
    const most = innerWidth - (innerWidth > OVERLAID ? OTHERS : 0);
    const fit = Math.round(Math.max(NARROWEST, Math.min(width, most)));
    edge.setAttribute("aria-valuemax", String(most));
    document.documentElement.style.setProperty("--console", `${fit}px`);
    edge.setAttribute("aria-valuenow", String(fit));
  };
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", (event) => edge.hasPointerCapture(event.pointerId) && widen(innerWidth - event.clientX));
  edge.addEventListener("keydown", (event) => {
    const change = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!change) return;
    event.preventDefault();
    widen(node.getBoundingClientRect().width + change);
  });
  return edge;
}

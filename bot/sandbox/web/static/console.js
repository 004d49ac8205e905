// The console for engineers: what goes over the wire, and switches that make it go wrong.

import { getConsole } from "./api.js";
import { Controls } from "./console_controls.js";
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
  const words = { placeholder: "Filter", "aria-label": "Filter calls and events" };
  const filter = el("input", { type: "search", class: "filter", ...words });
  filter.addEventListener("input", () => [rest, gateway].forEach((one) => one.filter(filter.value)));
  const cross = { type: "button", class: "tool", "aria-label": "Close the console", on: { click: leave } };
  const controls = new Controls();
  const head = el("header", {}, el("h2", { text: "Console" }), filter, el("button", cross, icon("close")));
  node.replaceChildren(grip(node), el("div", { class: "console" }, head, controls.node, rest.node, gateway.node));
  node.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  on("exchange", rest.add);
  on("event", gateway.add);
  on("console", (open) => {
    if (!open) return;
    refresh();
    filter.focus();
  });
  if (current.console) refresh();

  async function refresh() {
    try {
      const { exchanges, events, ...about } = await getConsole();
      rest.fill(exchanges);
      gateway.fill(events);
      controls.fill(about);
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
  const { at, name: words, summary: note = "", payload } = one;
  return { at, mark: "", kind: "", words, note, bodies: [["Payload", payload]] };
}

function statusKind(status) {
  if (!status) return "lost";
  return status < 400 ? "good" : status < 500 ? "warned" : "broken";
}

/** The edge by which the console is made wider or narrower. */
function grip(node) {
  const edge = el("div", {
    class: "grip",
    role: "separator",
    tabindex: "0",
    "aria-label": "Width of the console",
    "aria-orientation": "vertical",
    "aria-valuemin": String(NARROWEST),
    "aria-valuemax": String(innerWidth),
    "aria-valuenow": "520",
  });
  const widen = (width) => {
    const most = innerWidth - (innerWidth > OVERLAID ? OTHERS : 0);
    const fit = Math.round(Math.max(NARROWEST, Math.min(width, most)));
    edge.setAttribute("aria-valuemax", String(most));
    document.documentElement.style.setProperty("--console", `${fit}px`);
    edge.setAttribute("aria-valuenow", String(fit));
  };
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", ({ pointerId, clientX }) => {
    if (edge.hasPointerCapture(pointerId)) widen(innerWidth - clientX);
  });
  edge.addEventListener("keydown", (event) => {
    const change = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!change) return;
    event.preventDefault();
    widen(node.getBoundingClientRect().width + change);
  });
  return edge;
}

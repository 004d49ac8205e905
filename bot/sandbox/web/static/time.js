/** Times as Discord's client writes them; relative ones are kept up to date. */

import { el } from "./dom.js";

const RELATIVE_UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const SHORT = { hour: "numeric", minute: "2-digit" };
const LONG = { year: "numeric", month: "long", day: "numeric" };
const NUMERIC = { year: "numeric", month: "2-digit", day: "2-digit" };
const STYLES = {
  t: SHORT,
  T: { ...SHORT, second: "2-digit" },
  d: NUMERIC,
  D: LONG,
  f: { ...LONG, ...SHORT },
  F: { weekday: "long", ...LONG, ...SHORT },
  s: { ...NUMERIC, ...SHORT },
  S: { ...NUMERIC, ...SHORT, second: "2-digit" },
};
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

let offset = 0; // of the sandbox's clock, which can be moved, in milliseconds

/** Take over the sandbox's clock. @param {string} iso what it shows now */
export function setClock(iso) {
  offset = Date.parse(iso) - Date.now();
  keepUp();
}

/** What the sandbox's clock shows. @returns {Date} */
export function now() {
  return new Date(Date.now() + offset);
}

/** When a message was written: "Today at 14:03". @param {string} iso @returns {HTMLElement} */
export function stamp(iso) {
  const when = new Date(iso);
  return el("time", { datetime: iso, title: format(when, STYLES.F), dataset: { near: "" }, text: near(when) });
}

/** The hour alone, beside a message that follows another. @param {string} iso @returns {HTMLElement} */
export function hour(iso) {
  const when = new Date(iso);
  return el("time", { class: "hour", datetime: iso, title: format(when, STYLES.F), text: format(when, SHORT) });
}

/** The day that a divider names. @param {string} iso @returns {string} */
export function day(iso) {
  return format(new Date(iso), LONG);
}

/** `<t:seconds:style>`; null for a style that Discord has not. @param {number} seconds @param {string} style */
export function moment(seconds, style) {
  const when = new Date(seconds * 1000);
  if (Number.isNaN(when.getTime()) || !(style === "R" || style in STYLES)) return null;
  const props = { class: "moment", datetime: when.toISOString(), title: format(when, STYLES.F) };
  if (style !== "R") return el("time", { ...props, text: format(when, STYLES[style]) });
  return el("time", { ...props, dataset: { relative: "" }, text: fromNow(when) });
}

function near(when) {
  const days = Math.round((midnight(now()) - midnight(when)) / 86_400_000);
  const time = format(when, SHORT);
  if (days === 0) return `Today at ${time}`;
  return days === 1 ? `Yesterday at ${time}` : format(when, STYLES.s);
}

function midnight(when) {
  return new Date(when).setHours(0, 0, 0, 0);
}

function fromNow(when) {
  const seconds = Math.round((when - now()) / 1000);
  const [unit, size] = RELATIVE_UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? RELATIVE_UNITS.at(-1);
  return relative.format(Math.round(seconds / size), unit);
}

function format(when, style) {
  return new Intl.DateTimeFormat(undefined, style).format(when);
}

function keepUp() {
  for (const one of document.querySelectorAll("time[data-relative], time[data-near]")) {
    const text = ("near" in one.dataset ? near : fromNow)(new Date(one.dateTime));
    if (one.textContent !== text) one.textContent = text;
  }
}

setInterval(keepUp, 1000);

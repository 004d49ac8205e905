// A live list of what went over the wire, newest first; each line opens to show the bodies.

import { el } from "./dom.js";

const MOST = 400;

/**
 * @typedef {{at: string, mark: string, kind: string, words: string, note: string, bodies: [string, any][]}} Line
 *   `kind` is the colour of the mark
 */

/**
 * @param {string} title @param {(entry: any) => Line} read
 * @returns {{node: HTMLElement, add: (entry: any) => void, fill: (entries: any[]) => void,
 *   filter: (text: string) => void}} `fill` takes the oldest first
 */
export function createTrace(title, read) {
  const list = el("ol", { class: "trace-list", "aria-label": title, tabindex: "0" });
  const count = el("span", { class: "tally" });
  const clear = el("button", { type: "button", class: "chip", "aria-label": `Clear ${title}`, text: "Clear" });
  const head = el("header", {}, el("h3", { text: title }), count, clear);
  const node = el("section", { class: "trace", "aria-label": title }, head, list);
  let wanted = "";
  clear.addEventListener("click", () => fill([]));

  function add(entry) {
    const line = read(entry);
    const item = row(line);
    item.hidden = !fits(item);
    list.prepend(item);
    while (list.children.length > MOST) list.lastChild.remove();
    tell();
  }
  function fill(entries) {
    list.replaceChildren();
    entries.forEach(add);
    tell();
  }
  function filter(text) {
    wanted = text.trim().toLowerCase();
    for (const item of list.children) item.hidden = !fits(item);
    tell();
  }
  function fits(item) {
    return wanted === "" || texts.get(item).includes(wanted);
  }
  function tell() {
    const shown = [...list.children].filter((one) => !one.hidden).length;
    count.textContent = shown === list.children.length ? String(shown) : `${shown} of ${list.children.length}`;
  }
  return { node, add, fill, filter };
}

/** What a filter looks at. */
const texts = new WeakMap();

function row(line) {
  const bodies = line.bodies.filter(([, body]) => body !== undefined && body !== null && body !== "");
  const time = el("time", { datetime: line.at, text: clock(line.at) });
  const mark = line.mark ? el("span", { class: `mark ${line.kind}`, text: line.mark }) : null;
  const said = el("span", { class: "said", text: line.words });
  const summary = el("summary", {}, time, mark, said, el("span", { class: "note", text: line.note }));
  const details = el("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(...(bodies.length ? bodies.flatMap(shown) : [el("p", { class: "note", text: "No body." })]));
  });
  const item = el("li", {}, details);
  const all = [line.mark, line.words, line.note, ...bodies.map(([, body]) => JSON.stringify(body))];
  texts.set(item, all.join(" ").toLowerCase());
  return item;
}

function shown([title, body]) {
  const text = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  return [el("h4", { text: title }), el("pre", { tabindex: "0", "aria-label": title, text })];
}

function clock(at) {
  const when = new Date(at);
  return Number.isNaN(when.getTime()) ? String(at) : when.toLocaleTimeString([], { hour12: false });
}

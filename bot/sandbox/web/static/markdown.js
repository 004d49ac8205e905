/** Discord's Markdown, as far as its client shows it in messages, as nodes. */

import { el } from "./dom.js";
import { inline } from "./inline.js";

const FENCE = /```(?:([\w+.#-]+)\n)?\n?([\s\S]+?)\n?```/g;
const HEADING = /^(#{1,3})\s+(\S.*)$/;
const SUBTEXT = /^-#\s+(\S.*)$/;
const ITEM = /^(\s*)([-*]|\d{1,9}\.)\s+(\S.*)$/;
const QUOTE = /^>\s(.*)$/;

/** Whole messages, text displays and embeds' descriptions. @param {string} text @returns {HTMLElement} */
export function renderMarkdown(text) {
  const node = el("div", { class: "markdown" });
  let from = 0;
  for (const found of text.matchAll(FENCE)) {
    node.append(...blocks(text.slice(from, found.index).replace(/\n$/, "")), code(found[2], found[1]));
    from = found.index + found[0].length;
    if (text[from] === "\n") from += 1;
  }
  node.append(...blocks(text.slice(from)));
  return node;
}

function code(text, language) {
  return el(
    "pre",
    { class: "code", tabindex: "0", role: "region", "aria-label": language ? `Code, ${language}` : "Code" },
    el("code", { text }),
  );
}

function blocks(text) {
  if (!text) return [];
  const lines = text.split("\n");
  const made = [];
  let plain = [];
  const flush = () => {
    if (plain.length) made.push(el("p", {}, ...inline(plain.join("\n"))));
    plain = [];
  };
  for (let at = 0; at < lines.length; ) {
    const [node, used] = block(lines, at);
    if (node) {
      flush();
      made.push(node);
    } else plain.push(lines[at]);
    at += used;
  }
  flush();
  return made;
}

/** What begins at a line, and how many lines it takes; no node for a plain one. */
function block(lines, at) {
  const line = lines[at];
  if (line.startsWith(">>> ")) {
    return [quote([line.slice(4), ...lines.slice(at + 1)]), lines.length - at];
  }
  const quoted = run(lines, at, QUOTE);
  if (quoted.length) return [quote(quoted.map((one) => one[1])), quoted.length];
  const heading = HEADING.exec(line);
  if (heading) return [el("h4", { class: `heading-${heading[1].length}` }, ...inline(heading[2])), 1];
  const small = SUBTEXT.exec(line);
  if (small) return [el("small", { class: "subtext" }, ...inline(small[1])), 1];
  const items = oneKind(run(lines, at, ITEM));
  if (items.length) return [list(items), items.length];
  return [null, 1];
}

function run(lines, at, pattern) {
  const found = [];
  for (let match; at < lines.length && (match = pattern.exec(lines[at])); at += 1) found.push(match);
  return found;
}

function quote(lines) {
  return el("blockquote", {}, ...blocks(lines.join("\n")));
}

/** The items until those at the first one's depth have the other kind of mark. */
function oneKind(items) {
  const [, depth, kind] = items[0] ?? [];
  const other = ([, indent, mark]) => indent.length <= depth.length && numbers(mark) !== numbers(kind);
  const end = items.findIndex(other);
  return end < 0 ? items : items.slice(0, end);
}

function numbers(mark) {
  return /\d/.test(mark);
}

/** A list; what is further in than the item before it is a list in that item. */
function list(items) {
  const numbered = numbers(items[0][2]);
  const start = numbered && Number.parseInt(items[0][2], 10);
  const node = el(numbered ? "ol" : "ul", numbered && start !== 1 ? { start } : {});
  const depth = items[0][1].length;
  for (let at = 0; at < items.length; ) {
    let end = at + 1;
    while (end < items.length && items[end][1].length > depth) end += 1;
    const inner = items.slice(at + 1, end);
    node.append(el("li", {}, ...inline(items[at][3]), inner.length > 0 && list(inner)));
    at = end;
  }
  return node;
}

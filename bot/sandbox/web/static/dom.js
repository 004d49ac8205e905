/** Makes elements. Text becomes text nodes, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** What an element shows, for those that `morph` keeps or replaces whole. */
const keys = new WeakMap();

/**
 * An element. `class`, `text`, `value`, `on` (listeners by event), `dataset`, `style` (CSS properties by name)
 * and `key` (see `morph`) are treated as such, everything else is an attribute: true stands for an empty one,
 * false, null and undefined for none.
 *
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  node.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "text") node.textContent = value;
  else if (name === "value") node.value = value;
  else if (name === "key") keys.set(node, value);
  else if (name === "dataset") assign(node.dataset, value);
  else if (name === "on") for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
  else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
  else node.setAttribute(name, value === true ? "" : value);
}

function assign(dataset, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) dataset[name] = value;
  }
}

/** Give an element another key. @template {Node} T @param {T} node @param {any} key @returns {T} */
export function rekey(node, key) {
  keys.set(node, key);
  return node;
}

/** Remove everything inside a node. @param {Element} node */
export function clear(node) {
  node.replaceChildren();
}

/**
 * Make `old`, which is on the page, look like `next`, and return what stands there then. An element with a
 * `key` is kept as it is, with its focus and what was opened in it, when the key is the same, and is replaced
 * otherwise. All others keep their listeners, which therefore may not hold on to what was shown.
 *
 * @param {Node} old
 * @param {Node} next
 * @returns {Node}
 */
export function morph(old, next) {
  if (!alike(old, next)) {
    replace(old, next);
    return next;
  }
  if (keys.has(old)) return old;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return old;
  }
  morphAttributes(old, next);
  morphChildren(old, [...next.childNodes]);
  return old;
}

function alike(old, next) {
  return old.nodeName === next.nodeName && keys.get(old) === keys.get(next);
}

function morphAttributes(old, next) {
  for (const name of old.getAttributeNames()) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const name of next.getAttributeNames()) {
    if (name === "style") continue;
    if (old.getAttribute(name) !== next.getAttribute(name)) old.setAttribute(name, next.getAttribute(name));
  }
  if (old.style.cssText !== next.style.cssText) old.style.cssText = next.style.cssText;
}

function morphChildren(parent, wanted) {
  let at = parent.firstChild;
  for (const next of wanted) {
    const kept = keys.has(next) ? laterLike(at, next) : at;
    while (kept && at !== kept) at = dropped(at);
    if (kept) at = morph(kept, next).nextSibling;
    else parent.insertBefore(next, at);
  }
  while (at) at = dropped(at);
}

function laterLike(from, next) {
  for (let one = from; one; one = one.nextSibling) if (alike(one, next)) return one;
  return from && !keys.has(from) && from.nodeName !== next.nodeName ? null : from;
}

function dropped(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}

function replace(old, next) {
  const focused = old.contains?.(document.activeElement) ? document.activeElement : null;
  const there = focused?.dataset?.customId;
  old.replaceWith(next);
  if (!focused || !(next instanceof Element)) return;
  const again = there ? [next, ...next.querySelectorAll("[data-custom-id]")].find((one) => one.dataset?.customId === there) : next;
  again?.focus?.();
}

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  at: "M16 12a4 4 0 1 0-8 0 4 4 0 0 0 8 0Zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  moon: "M20.5 14.5A8.5 8.5 0 0 1 9.5 3.5a8.5 8.5 0 1 0 11 11Z",
  console: "M4 5h16v14H4zM7.5 9.5 10 12l-2.500 2.500M12.500 15h4",
  people: "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 20c0-3.500 2.800-5.500 6.500-5.500s6.500 2 6.500 5.500M16 5a3.300 3.300 0 0 1 0 6.300M18 14.800c2.200.7 3.500 2.500 3.500 5.200",
  menu: "M4 6.500h16M4 12h16M4 17.500h16",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5.500 12h.01M12 12h.01M18.500 12h.01",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 9.300a2.700 2.700 0 1 0 0 5.400 2.700 2.700 0 0 0 0-5.400Z",
  down: "M6 9.500l6 6 6-6",
  left: "M14.500 6l-6 6 6 6",
  right: "M9.500 6l6 6-6 6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  download: "M12 4v11M7.500 11 12 15.500 16.500 11M5 20h14",
  external: "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  trash: "M4 7h16M9.500 7V4h5v3M6.500 7l1 13h9l1-13M10.500 11v5.500M13.500 11v5.500",
  crown: "M4 17.500h16L21 7.500l-5 4-4-6-4 6-5-4z",
  warning: "M12 4 2.500 20h19zM12 10v5M12 17.500v.01",
  silent: "M6 16V11a6 6 0 0 1 9-5.200M18 10.500V16l1.500 1.500h-13M10 20.500h4M4 4l16 16",
  forward: "M14 5l6 6-6 6M20 11H9a5 5 0 0 0-5 5v3",
  check: "M5 12.500l4.500 4.500L19 7.500",
  plus: "M12 5v14M5 12h14",
  bolt: "M13 3 5 13.500h6L10.500 21 19 10.500h-6z",
};

/**
 * A small drawing that takes the colour of the text; hidden from screen readers.
 * @param {keyof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.warning);
  drawing.append(path);
  return drawing;
}

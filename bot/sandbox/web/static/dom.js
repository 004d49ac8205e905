/** Makes elements. Text becomes text nodes, never markup. */

export { icon } from "./icons.js";

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

/** Of the same sort, which the first class tells, and with the same key, if any. */
function alike(old, next) {
  return similar(old, next) && keys.get(old) === keys.get(next);
}

function similar(old, next) {
  return old.nodeName === next.nodeName && old.classList?.[0] === next.classList?.[0];
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
    const kept = counterpart(at, next);
    while (kept && at !== kept) at = dropped(at);
    if (kept) at = morph(kept, next).nextSibling;
    else parent.insertBefore(next, at);
  }
  while (at) at = dropped(at);
}

/** Which of the children from `from` on becomes `next`: one that is alike, or else `from` if it can be replaced. */
function counterpart(from, next) {
  for (let one = from; one; one = one.nextSibling) if (alike(one, next)) return one;
  return from && keys.has(from) && similar(from, next) ? from : null;
}

function dropped(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}

/** Put `next` in the place of `old`; what had the focus in `old` has it again. */
function replace(old, next) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(next);
  if (focused === old) next.focus?.();
  const id = focused?.dataset.customId;
  if (id) next.querySelector?.(`[data-custom-id="${CSS.escape(id)}"]`)?.focus();
}

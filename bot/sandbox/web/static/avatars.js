/** Who somebody is, in a circle: their picture, or their initials on a colour of their own. */

import { el } from "./dom.js";
import { nameOf } from "./store.js";

const GROUNDS = ["#5058d6", "#2d7d46", "#a8431f", "#8a3ab9", "#b0304a", "#1f6f8b", "#7a5c00", "#4d5566"];

/** @param {any} user @param {string} [kind] a class more @returns {HTMLElement} */
export function avatar(user, kind = "") {
  const ground = GROUNDS[Number(BigInt(user?.id ?? 0) % BigInt(GROUNDS.length))];
  const key = `${user?.id} ${user?.avatar} ${kind}`;
  const node = el(
    "span",
    { class: `avatar ${kind}`, key, style: { "--avatar-ground": ground }, "aria-hidden": "true" },
  );
  node.append(initials(nameOf(user)));
  if (user?.avatar) node.append(picture(user, node));
  return node;
}

function picture(user, node) {
  const image = el("img", { alt: "", loading: "lazy", src: `/cdn/avatars/${user.id}/${user.avatar}.png` });
  image.addEventListener("load", () => node.replaceChildren(image));
  image.addEventListener("error", () => image.remove());
  return image;
}

/** The first letters of up to `most` words. @param {string} name */
export function initials(name, most = 1) {
  const words = name.split(/\s+/).filter(Boolean);
  return words.slice(0, most).map((one) => [...one][0].toUpperCase()).join("");
}

/** Where the page is, in its address: `#user/channel` or `#user/channel/message`, so that tabs can be people. */

import { identity } from "./api.js";

/** @param {string} channel @param {string|null} [user] @param {string} [message] */
export function href(channel, user = identity(), message = "") {
  return `#${[user, channel, message].filter(Boolean).join("/")}`;
}

/** @returns {{user: string|null, channel: string|null, message: string|null}} */
export function here() {
  const [user, channel, message] = location.hash.slice(1).split("/");
  return { user: known(user), channel: known(channel), message: known(message) };
}

/** Go there. @param {string} channel @param {string|null} [user] @param {string} [message] */
export function go(channel, user, message) {
  location.hash = href(channel, user, message);
}

function known(part) {
  return /^\d+$/.test(part ?? "") ? part : null;
}

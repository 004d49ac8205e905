/** What stands above the first message, and what to do first where there is none. */

import { el, icon } from "./dom.js";
import { channelOf, emit, guildOf, nameOf, state, titleOf } from "./store.js";

/** @param {boolean} empty whether the bot has not been used here yet @returns {HTMLElement} */
export function welcome(empty) {
  const channel = channelOf();
  if (!channel) return el("div");
  const inServer = Boolean(guildOf());
  const title = inServer ? `Welcome to #${titleOf(channel)}` : titleOf(channel);
  const about = inServer
    ? "This is the real bot. Discord is played by a stand-in on this machine: no account is needed."
    : `This is the beginning of your direct messages with ${titleOf(channel)}.`;
  const first = empty && channel.can_write !== false && state.samples?.length > 1 && steps();
  const mark = el("div", { class: "welcome-mark" }, icon(inServer ? "hash" : "at"));
  return el("div", { class: "welcome" }, mark, el("h2", { text: title }), el("p", { text: about }), first);
}

function steps() {
  const [source, target] = state.samples;
  const pair = el("div", { class: "pair", "aria-hidden": "true" }, portrait(source, "Face"), el("span", { class: "plus" }, icon("plus")), portrait(target, "Picture"));
  const begin = el("button", { type: "button", class: "button button-primary large", on: { click: () => start(source, target) } }, icon("bolt"), el("span", { text: "Try /faceswap with two ready-made portraits" }));
  const how = el("p", {}, "Or drop two pictures on the page, or choose ready-made portraits, and type ", el("code", { text: "/faceswap" }), " below.");
  const who = el("p", { class: "small", text: `Be somebody else with “You are ${nameOf(state.me)}”, at the bottom left: members, moderators, another server.` });
  return el("section", { class: "first-steps", "aria-label": "First steps", key: `steps ${state.me.id} ${source.name} ${target.name}` }, pair, begin, how, who);
}

function portrait({ url, label }, role) {
  return el("figure", {}, el("img", { src: url, alt: "" }), el("figcaption", { text: `${role}: ${label}` }));
}

async function start(source, target) {
  try {
    const composer = await import("./composer.js");
    await composer.prefill("faceswap", { source: { sample: source.name }, target: { sample: target.name } });
    const send = [...document.querySelectorAll("#composer [type='submit']")].find((one) => one.checkVisibility());
    send?.focus(); // nothing is missing: Enter sends it
  } catch {
    emit("toast", "The message box of this page could not be loaded.");
  }
}

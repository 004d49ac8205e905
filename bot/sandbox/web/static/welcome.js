/** What stands above the first message, and what to do first where there is none. */

import { prefill } from "./composer.js";
import { el, icon } from "./dom.js";
import { channelOf, emit, guildOf, nameOf, state, titleOf } from "./store.js";

/** @param {boolean} empty whether the bot has not been used here yet @returns {HTMLElement} */
export function welcome(empty) {
  const channel = channelOf();
  if (!channel) return el("div");
  const inServer = Boolean(guildOf());
  const title = inServer ? `Welcome to #${titleOf(channel)}` : titleOf(channel);
  const about = inServer
    ? "This is the real bot. A stand-in on this machine plays Discord and takes pretend money: no account is needed."
    : `This is the beginning of your direct messages with ${titleOf(channel)}.`;
  const first = empty && channel.can_write !== false && state.samples?.length > 1 && steps();
  const mark = el("div", { class: "welcome-mark" }, icon(inServer ? "hash" : "at"));
  return el("div", { class: "welcome" }, mark, el("h2", { text: title }), el("p", { text: about }), first);
}

function steps() {
  const [source, target] = state.samples;
  const pair = el(
    "div",
    { class: "pair", "aria-hidden": "true" },
    portrait(source, "Face"),
    el("span", { class: "plus" }, icon("plus")),
    portrait(target, "Picture"),
  );
  const online = state.bot.connected;
  const words = online ? "Try /faceswap with two ready-made portraits" : "One moment: the bot is not online …";
  const click = () => start(source, target);
  const props = { type: "button", class: "button button-primary large", disabled: !online, on: { click } };
  const begin = el("button", props, icon("bolt"), el("span", { text: words }));
  const how = el(
    "p",
    {},
    "Or drop two pictures on the page, or choose ready-made portraits, and type ",
    el("code", { text: "/faceswap" }),
    " below.",
  );
  const you = `“You are ${nameOf(state.me)}”`;
  const others = `Be somebody else with ${you}, in the sidebar: members, moderators, another server.`;
  const who = el("p", { class: "small", text: others });
  return el(
    "section",
    { class: "first-steps", "aria-label": "First steps", key: `steps ${state.me.id} ${online}` },
    pair,
    begin,
    how,
    who,
  );
}

function portrait({ url, label }, role) {
  return el("figure", {}, el("img", { src: url, alt: "" }), el("figcaption", { text: `${role}: ${label}` }));
}

async function start(source, target) {
  try {
    await prefill("faceswap", { source: { sample: source.name }, target: { sample: target.name } });
    document.querySelector("#composer .command [type='submit']")?.focus(); // nothing is missing: Enter sends it
  } catch (error) {
    emit("toast", error.message);
  }
}

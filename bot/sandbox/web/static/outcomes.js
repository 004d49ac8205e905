// What became of an interaction that was sent: the stream may tell before the answer to the request is there.

import { on } from "./store.js";

const SECONDS = 6;
const known = new Map();
const waiting = new Map();

on("interaction", (told) => {
  if (told.state === "pending") return;
  known.set(told.id, told);
  if (known.size > 100) known.delete(known.keys().next().value);
  waiting.get(told.id)?.(told);
});

/**
 * Wait for what the bot did about an interaction.
 * @param {string} id
 * @returns {Promise<{state: "answered" | "failed" | "modal", text?: string | null}>} "failed" when nothing is told
 */
export function outcome(id) {
  if (known.has(id)) return Promise.resolve(known.get(id));
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle({ id, state: "failed", text: null }), SECONDS * 1000);
    const settle = (told) => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(told);
    };
    waiting.set(id, settle);
  });
}

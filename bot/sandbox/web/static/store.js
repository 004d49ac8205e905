/** What the page knows, and who is told when it changes. */

/** The last answer of /sandbox/state. @type {any} */
export let state = null;

/** Where the page is: `channel` is the id of the open channel, `console` whether the console is open. */
export const current = { channel: null, console: false };

const listeners = new Map();
const met = new Map(); // accounts from messages, by id

/**
 * Hear of an event: "identity", "channel", "state", "message", "gone", "interaction", "exchange", "event",
 * "toast" (a sentence), "console" (whether it is open), "messages" (all of the open channel's, just read),
 * "members" (whether their list is open), "connection" (whether the stream is there),
 * "stale" (the state should be read again).
 * @param {string} name
 * @param {(data: any) => void} fn
 * @returns {() => void} which stops it
 */
export function on(name, fn) {
  const known = listeners.get(name) ?? new Set();
  listeners.set(name, known.add(fn));
  return () => known.delete(fn);
}

/** Tell everybody who listens. @param {string} name @param {any} [data] */
export function emit(name, data) {
  for (const fn of [...(listeners.get(name) ?? [])]) fn(data);
}

/** Replace the state, and tell. @param {any} next */
export function setState(next) {
  state = next;
  emit("state", next);
}

/** Open or close the console. @param {boolean} open */
export function setConsole(open) {
  current.console = open;
  emit("console", open);
}

/** Every channel that can be seen, direct messages last. @returns {any[]} */
export function channels() {
  return [...state.guilds.flatMap((guild) => guild.channels), ...state.dms].filter((one) => one.can_see !== false);
}

/** @param {string} [id] a channel's; the open one's without */
export function channelOf(id = current.channel) {
  return channels().find((one) => one.id === id);
}

/** The server of a channel, undefined for direct messages. @param {string} [channelId] */
export function guildOf(channelId = current.channel) {
  return state.guilds.find((guild) => guild.channels.some((one) => one.id === channelId));
}

/** Any account that is known here, by its id. @param {string} id */
export function userOf(id) {
  return users().find((one) => one.id === id) ?? met.get(id);
}

/** Remember who wrote and who is named in a message: they need not be here. @param {any} message */
export function meet(message) {
  for (const user of [message.author, ...(message.mentions ?? [])]) met.set(user.id, user);
}

function users() {
  const members = state.guilds.flatMap((guild) => guild.members.map((one) => one.member.user));
  const others = state.dms.flatMap((one) => one.recipients ?? []);
  return [state.me, state.bot.user, ...members, ...others, ...state.people.map((one) => one.user)];
}

/** A role of any server that is seen. @param {string} id */
export function roleOf(id) {
  return state.guilds.flatMap((guild) => guild.roles).find((one) => one.id === id);
}

/** What an account is called. @param {any} user */
export function nameOf(user) {
  return user?.global_name ?? user?.username ?? "unknown";
}

/** What a channel is called: its name, or who else is in the direct message. @param {any} channel */
export function titleOf(channel) {
  if (!channel) return "";
  if (channel.name) return channel.name;
  const others = (channel.recipients ?? []).filter((one) => one.id !== state.me.id);
  return others.map(nameOf).join(", ") || nameOf(state.me);
}

// What can be named from the open channel: people, roles and channels, as options and selects offer them.

import { avatar } from "./avatars.js";
import { channelOf, guildOf, nameOf, state, titleOf } from "./store.js";

/**
 * @typedef {{id: string, label: string, detail?: string, icon?: () => Node}} Referent
 */

const DIRECT = 1;
const CHANNEL_SIGNS = { 2: "🔊 ", 5: "📣 ", 13: "🎙 ", 15: "🗂 " };

/** The open channel and its server: none in direct messages, neither before the first state. */
export function place() {
  return state ? { guild: guildOf(), channel: channelOf() } : { guild: undefined, channel: undefined };
}

/** How the open channel is called: "#general", "@Ada", or a group by its name. */
export function placeName() {
  const { guild, channel } = place();
  const sign = guild ? "#" : channel?.type === DIRECT ? "@" : "";
  return channel ? sign + titleOf(channel) : "";
}

/** @returns {Referent[]} everybody who is in the open channel's place, the bot included */
export function people() {
  const { guild, channel } = place();
  if (guild) return guild.members.map(({ member }) => person(member.user, member));
  const company = [state?.me, state?.bot?.user, ...(channel?.recipients ?? [])].filter(Boolean);
  return [...new Map(company.map((user) => [user.id, person(user)])).values()];
}

/** @returns {Referent[]} the roles of the open channel's server */
export function roles() {
  return (place().guild?.roles ?? []).map((role) => ({
    id: role.id,
    label: role.name.startsWith("@") ? role.name : `@${role.name}`,
    detail: "Role",
  }));
}

/** @param {number[]} [types] the channel types that are taken, all when empty @returns {Referent[]} */
export function channels(types = []) {
  return (place().guild?.channels ?? [])
    .filter((one) => one.can_see !== false && (types.length === 0 || types.includes(one.type)))
    .map((one) => ({
      id: one.id,
      label: `${CHANNEL_SIGNS[one.type] ?? "#"}${one.name}`,
    }));
}

function person(user, member = null) {
  const label = member?.nick || nameOf(user);
  return { id: user.id, label, detail: user.username, icon: () => avatar(user) };
}

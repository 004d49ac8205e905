/** Talks to the sandbox: the only module that does. */

const HEADERS = { "X-Sandbox": "1" };
const EVENTS = ["message", "gone", "interaction", "state", "exchange", "event"];

let me = null;

/**
 * Thrown when the sandbox refuses what Discord's client would not have allowed, or does not answer; the message
 * is for people, `status` HTTP's, 0 without an answer.
 */
export class Refused extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Who acts from now on. @param {string|null} userId */
export function setIdentity(userId) {
  me = userId;
}

/** The id of who acts; null until the first state was read. @returns {string|null} */
export function identity() {
  return me;
}

/** People, places and the bot, as the identity sees them. */
export function getState() {
  return get("/sandbox/state", {});
}

/** The last messages of a channel that the identity sees, oldest first. @param {string} channel */
export async function getMessages(channel) {
  return (await get("/sandbox/messages", { channel })).messages;
}

/** The commands that the identity is offered in a channel. @param {string} channel */
export function getCommands(channel) {
  return get("/sandbox/commands", { channel });
}

/** What the console shows: exchanges, events, faults and the clock. */
export function getConsole() {
  return get("/sandbox/console", {});
}

/** A text file of the sandbox's own. @param {string} url */
export async function getText(url) {
  const response = await fetch(url, { credentials: "omit" });
  if (!response.ok) throw new Refused(`The file is not there (${response.status}).`, response.status);
  return response.text();
}

/**
 * Do something as the identity. Raises Refused.
 * @param {{kind: string, channel?: string} & Record<string, any>} act
 * @param {Record<string, File>} [files] by the names that the act refers to
 */
export function act(act, files = {}) {
  const body = new FormData();
  body.append("act", JSON.stringify({ as: me, ...act }));
  for (const [name, file] of Object.entries(files)) body.append(name, file, file.name);
  return answer("/sandbox/acts", { method: "POST", headers: HEADERS, body });
}

/** Ask the console to do something. Raises Refused. @param {{do: string} & Record<string, any>} what */
export function consoleDo(what) {
  const headers = { ...HEADERS, "Content-Type": "application/json" };
  return answer("/sandbox/console", { method: "POST", headers, body: JSON.stringify(what) });
}

/**
 * Hear what happens from now on. `handlers` are called with an event's data by its name; "open" whenever the
 * connection is there, again after it broke (what happened meanwhile has to be fetched), and "lost" when not,
 * with whether it was given up.
 * @param {Record<string, (data: any) => void>} handlers
 * @param {{console?: boolean}} [options]
 * @returns {{close: () => void}}
 */
export function openStream(handlers, options = {}) {
  const query = new URLSearchParams({ as: me ?? "", ...(options.console ? { console: "1" } : {}) });
  const source = new EventSource(`/sandbox/stream?${query}`);
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => handlers[name]?.(read(name, JSON.parse(event.data))));
  }
  source.addEventListener("open", () => handlers.open?.());
  source.addEventListener("error", () => handlers.lost?.(source.readyState === EventSource.CLOSED));
  return source;
}

/** A message comes as `{channel_id, view}`, whichever way its view was packed. */
function read(name, data) {
  if (name !== "message" || data.view) return data;
  const { channel_id, ...view } = data;
  return { channel_id, view };
}

function get(path, query) {
  const asked = new URLSearchParams(me === null ? query : { as: me, ...query });
  return answer(`${path}?${asked}`, {});
}

async function answer(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  const type = response.headers.get("Content-Type") ?? "";
  const told = type.startsWith("application/json") ? await response.json() : {};
  if (response.ok) return told;
  throw new Refused(told.refused ?? told.message ?? `The sandbox answered with ${response.status}.`, response.status);
}

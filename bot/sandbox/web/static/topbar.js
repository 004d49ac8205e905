/** The line above the messages: where one is, and the page's own switches. */

import { clear, el, icon } from "./dom.js";
import { theme, toggleTheme } from "./preferences.js";
import { channelOf, current, guildOf, on, setConsole, titleOf } from "./store.js";
import { setDrawer } from "./sidebar.js";
import { tool } from "./tools.js";
import { membersOpen, setMembers } from "./members.js";

/** @param {HTMLElement} node */
export function mountTopbar(node) {
  const title = el("h1");
  const mark = el("span", { class: "mark" });
  const about = el("span", { class: "about" });
  const menu = tool("menu", "Servers and channels", () => setDrawer(true), { class: "tool tool-menu" });
  const people = tool("people", "Member list", () => setMembers(!membersOpen()));
  const console = tool("console", "Console", () => setConsole(!current.console));
  const themes = tool("sun", "Theme", () => show());
  themes.addEventListener("click", () => showTheme(themes, toggleTheme()));
  showTheme(themes, theme());

  const show = () => {
    const channel = channelOf();
    clear(mark);
    mark.append(icon(guildOf() ? "hash" : "at"));
    title.textContent = titleOf(channel);
    about.textContent = channel?.topic ?? (channel?.nsfw ? "Age-restricted" : "");
    about.hidden = !about.textContent;
    people.hidden = !guildOf();
    document.title = channel ? `${guildOf() ? "#" : "@"}${titleOf(channel)} · Sandbox` : "Sandbox";
  };
  on("channel", show);
  on("state", show);
  on("members", (open) => people.setAttribute("aria-pressed", String(open)));
  on("console", (open) => {
    console.setAttribute("aria-expanded", String(open));
    document.getElementById("console").hidden = !open;
  });
  people.setAttribute("aria-pressed", String(membersOpen()));
  console.setAttribute("aria-expanded", "false");
  console.setAttribute("aria-controls", "console");
  node.append(menu, mark, title, about, el("span", { class: "tools" }, people, themes, console));
}

function showTheme(button, name) {
  const label = name === "dark" ? "Light theme" : "Dark theme";
  button.setAttribute("aria-label", label);
  button.title = label;
  button.replaceChildren(icon(name === "dark" ? "sun" : "moon"));
}

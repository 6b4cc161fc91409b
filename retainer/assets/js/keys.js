// Keys: / and Ctrl-K search, ? shows the sheet, g and a letter go, j and k walk rows, n, a and r act.
import { isOpen, openDialog } from "./overlays.js";

const PAUSE = 1200;
// Long ago: the first key after the page opens is no second half of "g and a letter".
let waitingSince = -Infinity;

const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function step(by) {
  const rows = [...document.querySelectorAll("main .row-link")].filter((row) => row.offsetParent !== null);
  if (!rows.length) return false;
  const index = rows.indexOf(document.activeElement);
  const next = index < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, index + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
  return true;
}

function go(letter) {
  const link = document.querySelector(`[data-key="${CSS.escape(letter)}"]`);
  link?.click();
  return Boolean(link);
}

function act(key) {
  if (key === "n") {
    const menu = document.querySelector("[data-new]");
    menu?.click();
    menu?.parentElement.querySelector(".menu-item")?.focus();
    return Boolean(menu);
  }
  const control = document.querySelector(`main [data-shortcut="${CSS.escape(key)}"]`);
  control?.click();
  return Boolean(control);
}

function handled(event) {
  if (event.timeStamp - waitingSince < PAUSE) {
    waitingSince = -Infinity;
    return go(event.key);
  }
  if (event.key === "g") {
    waitingSince = event.timeStamp;
    return true;
  }
  if (event.key === "/") return open("palette");
  if (event.key === "?") return open("shortcuts");
  if (event.key === "j") return step(1);
  if (event.key === "k") return step(-1);
  return ["n", "a", "r"].includes(event.key) && act(event.key);
}

function open(id) {
  const dialog = document.getElementById(id);
  if (dialog) openDialog(dialog);
  return Boolean(dialog);
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k" && open("palette")) {
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isOpen()) return;
    if (handled(event)) event.preventDefault();
  });
}

// Rows that are selected for one act. The bar appears by the style sheet; this counts, extends, and keeps what is
// selected when a live list is swapped under it.
import { isOpen } from "./overlays.js";
import { say } from "./words.js";

const chosen = new Set();
let last = "";

const form = () => document.querySelector("[data-several]");
const boxes = () => [...document.querySelectorAll("[data-several] [data-select]")];

function show({ aloud = true } = {}) {
  const all = boxes();
  chosen.clear();
  for (const box of all) if (box.checked) chosen.add(box.value);
  const every = document.querySelector("[data-select-all]");
  if (every) {
    every.checked = all.length > 0 && chosen.size === all.length;
    every.indeterminate = chosen.size > 0 && !every.checked;
  }
  const label = form()?.querySelector("[data-several-count]");
  if (!label) return;
  const text = label.dataset.severalCount.replace("%s", String(chosen.size));
  if (aloud && label.textContent !== text) say(text);
  label.textContent = text;
  // The key is the bar's only while there is a bar.
  const first = form().querySelector("[data-several-first]");
  if (chosen.size) first.dataset.shortcut = "a";
  else delete first.dataset.shortcut;
}

// With Shift everything between the last box and this one is as this one.
function extend(box) {
  const all = boxes();
  const before = all.findIndex((one) => one.value === last);
  const [from, to] = [before, all.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) for (const between of all.slice(from, to + 1)) between.checked = box.checked;
}

function clicked(event) {
  const box = event.target;
  if (!(box instanceof HTMLInputElement)) return;
  if (box.matches("[data-select-all]")) for (const one of boxes()) one.checked = box.checked;
  else if (box.matches("[data-select]")) {
    if (event.shiftKey) extend(box);
    last = box.value;
  } else return;
  show();
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOpen()) return;
  const active = document.activeElement;
  if (active?.matches("input:not([type=checkbox]), textarea, select")) return;
  // Enter in a box would press the first button of its form.
  if (event.key === "Enter" && active?.matches("[data-select], [data-select-all]")) event.preventDefault();
  if (event.key === "x") active?.closest("tr")?.querySelector("[data-select]")?.click();
  if (event.key === "Escape" && chosen.size && !document.querySelector("[data-menu][open]")) form().reset();
}

// Pressing twice is pressing once.
function sent(event) {
  if (!event.target.matches?.("[data-several]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
}

function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("submit", sent);
  // A form is reset after its event.
  document.addEventListener("reset", (event) => event.target.matches("[data-several]") && setTimeout(show));
  // At once, and not when the swap has settled: the bar would flicker.
  document.addEventListener("htmx:afterSwap", (event) => recheck(event.target));
  addEventListener("pageshow", () => {
    delete form()?.dataset.sent;
    show({ aloud: false });
  });
}

function recheck(root) {
  for (const box of root.querySelectorAll("[data-select]")) if (chosen.has(box.value)) box.checked = true;
}

export function startSeveral(root) {
  if (root === document) start();
  recheck(root);
  if (root === document || root.querySelector("[data-select]") || chosen.size) show({ aloud: root !== document });
}

// Live parts ask for themselves. This file decides when not to ask, when not to swap, and what to say of a change.
import { say, word } from "./words.js";

const before = new Map();
let failing = false;

// What stands elsewhere on the page and comes with a live part: data-live-with names its id.
const partsOf = (region) => [region, ...document.querySelectorAll(`[data-live-with="${CSS.escape(region.id)}"]`)];

const part = (event) => event.detail.elt?.closest?.("[data-live]");

// Whoever is typing, reading an open menu or marking text must not lose it to an update.
function isBusy(region) {
  const active = document.activeElement;
  // A row that is selected stays so when its list is swapped.
  const typed = "input:not([data-select], [data-select-all]), textarea, select, [contenteditable]";
  if (region.contains(active) && active.matches(typed)) return true;
  if (region.querySelector("dialog[open], [data-menu][open]")) return true;
  if ([...region.querySelectorAll("textarea, input")].some((input) => input.value !== input.defaultValue)) return true;
  const selection = getSelection();
  return !selection.isCollapsed && region.contains(selection.anchorNode);
}

const rowKeys = (root) => [...root.querySelectorAll("[data-row-key]")].map((row) => row.dataset.rowKey);

// A list never reorders under pointer or focus: the news wait behind a bar.
function wouldReorder(region, html) {
  const old = rowKeys(region);
  const list = region.querySelector("[data-row-key]")?.parentElement;
  if (!list || !(list.matches(":hover") || list.contains(document.activeElement))) return 0;
  const next = rowKeys(new DOMParser().parseFromString(html, "text/html"));
  if (next.join("\n") === old.join("\n")) return 0;
  return Math.max(1, next.filter((key) => !old.includes(key)).length);
}

function showBar(region, count, html) {
  region.waiting = html;
  let bar = region.querySelector(":scope > .news-bar");
  if (!bar) {
    bar = document.createElement("button");
    bar.type = "button";
    bar.className = "btn btn-primary btn-small news-bar";
    bar.addEventListener("click", () => {
      remember(region);
      htmx.swap(region, region.waiting, { swapStyle: "outerHTML" });
    });
    region.prepend(bar);
  }
  bar.textContent = word("new", count);
}

function remember(region) {
  const find = (what) => partsOf(region).flatMap((root) => [...root.querySelectorAll(what)]);
  before.clear();
  for (const element of find("[data-watch]")) before.set(element.dataset.watch, element.textContent.trim());
  before.open = find("details[data-keep-open][open]").map((one) => one.dataset.keepOpen);
}

function compare(root) {
  const said = [];
  for (const element of root.querySelectorAll("[data-watch]")) {
    const old = before.get(element.dataset.watch);
    const text = element.textContent.trim();
    if (old === undefined || old === text) continue;
    // A clock that counts down is no news.
    if (element.closest("[data-clock]")) continue;
    element.classList.remove("is-changed");
    requestAnimationFrame(() => element.classList.add("is-changed"));
    if (element.dataset.announce !== undefined) said.push(`${element.dataset.announce} ${text}`.trim());
  }
  for (const element of root.querySelectorAll("[data-announce-new]")) {
    if (!before.has(element.dataset.watch)) said.push(element.dataset.announceNew);
  }
  if (said.length) say(said.join(". "));
}

function reportFailure(failed) {
  if (failed === failing) return;
  failing = failed;
  document.getElementById("stale")?.remove();
  if (!failed) return;
  const toast = document.createElement("div");
  toast.id = "stale";
  toast.className = "toast";
  const since = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  toast.textContent = word("stale", since);
  document.getElementById("toasts").append(toast);
}

export function startLive(startParts) {
  const on = (name, handle) => document.addEventListener(`htmx:${name}`, handle);
  on("beforeRequest", (event) => {
    if (part(event) && event.detail.elt.matches("[data-live]") && document.hidden) event.preventDefault();
  });
  on("beforeSwap", (event) => {
    const region = event.detail.target;
    if (!region.matches?.("[data-live]") || !event.detail.shouldSwap) return;
    if (partsOf(region).some(isBusy)) {
      event.detail.shouldSwap = false;
      return;
    }
    const count = wouldReorder(region, event.detail.serverResponse);
    if (count) {
      event.detail.shouldSwap = false;
      showBar(region, count, event.detail.serverResponse);
      return;
    }
    remember(region);
  });
  on("load", (event) => {
    const root = event.detail.elt;
    for (const key of before.open ?? []) {
      const found = root.querySelector?.(`details[data-keep-open="${CSS.escape(key)}"]`);
      if (found) found.open = true;
    }
    startParts(root);
    if (root.matches?.("[data-live], [data-live-with]")) compare(root);
  });
  on("afterRequest", (event) => {
    if (part(event)) reportFailure(!event.detail.successful && event.detail.xhr?.status !== 204);
  });
}

// One period for all charts of a page. Its links work without this; with it the page stays where it is.
import { loadAgain } from "./charts.js";
import { say } from "./words.js";

const links = (control) => [...control.querySelectorAll("[data-range]")];
const chosen = () => new URLSearchParams(location.search).get("span");

function show(control, span) {
  const link = links(control).find((one) => one.dataset.range === span);
  if (!link) return;
  for (const one of links(control)) one.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  for (const figure of document.getElementById(control.dataset.ranges).querySelectorAll("[data-chart][data-src]")) {
    const address = new URL(figure.dataset.src, location.href);
    address.searchParams.set("span", span);
    figure.dataset.src = address.pathname + address.search;
    loadAgain(figure);
  }
  say(control.dataset.said.replace("%s", link.title));
}

function choose(event, control) {
  const link = event.target.closest("[data-range]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = new URL(link.href);
  address.hash = "";
  if (link.dataset.range !== chosen()) history.pushState({}, "", address);
  show(control, link.dataset.range);
}

function move(event, control) {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const all = links(control);
  const next = way && all[all.indexOf(document.activeElement) + way];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function startRanges(root) {
  for (const control of root.querySelectorAll("[data-ranges]")) {
    if (control.rangesStarted) continue;
    control.rangesStarted = true;
    control.addEventListener("click", (event) => choose(event, control));
    control.addEventListener("keydown", (event) => move(event, control));
  }
}

addEventListener("popstate", () => {
  for (const control of document.querySelectorAll("[data-ranges]")) show(control, chosen() ?? control.dataset.usual);
});

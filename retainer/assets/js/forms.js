// Forms: typed durations and sums are echoed, a changed form shows its bar, filters apply themselves.
import { say, word } from "./words.js";

const UNITS = { h: 3600, m: 60 };

export function readDuration(text) {
  const clean = text.trim().toLowerCase();
  const colon = /^(\d+):([0-5]\d)$/.exec(clean);
  if (colon) return Number(colon[1]) * 3600 + Number(colon[2]) * 60;
  const parts = [...clean.matchAll(/(\d+(?:[.,]\d+)?)\s*(hours?|hrs?|h|minutes?|mins?|min|m)\b/g)];
  const rest = parts.reduce((left, match) => left.replace(match[0], ""), clean).replace(/[\s,]|and/g, "");
  if (!parts.length || rest) return null;
  return Math.round(parts.reduce((sum, match) => sum + Number(match[1].replace(",", ".")) * UNITS[match[2][0]], 0));
}

function words(seconds) {
  const count = (number, name) => word(number === 1 ? name : `${name}s`, number.toLocaleString());
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return [hours && count(hours, "hour"), (minutes || !hours) && count(minutes, "minute")].filter(Boolean).join(" ");
}

function echo(input) {
  const output = document.getElementById(`${input.id}_echo`);
  if (!output) return;
  const [kind, currency] = input.dataset.echo.split(":");
  if (!input.value.trim()) {
    output.textContent = "";
  } else if (kind === "duration") {
    const seconds = readDuration(input.value);
    output.textContent = seconds === null ? word("likeDuration") : words(seconds);
  } else {
    const sum = Number(input.value.replace(/[\s,]/g, ""));
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: currency || "EUR" });
    output.textContent = Number.isFinite(sum) ? format.format(sum) : word("likeSum");
  }
}

function watchChanges(form) {
  const state = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const first = state();
  const check = () => form.classList.toggle("is-changed-form", state() !== first);
  form.addEventListener("input", check);
  form.addEventListener("change", check);
}

export function startForms(root) {
  for (const input of root.querySelectorAll("[data-echo]")) {
    input.addEventListener("input", () => echo(input));
    echo(input);
  }
  for (const form of root.querySelectorAll("form[data-save-bar]")) watchChanges(form);
  for (const form of root.querySelectorAll("form[data-submit-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
  // What went wrong is read first; a page on which there is one thing to type begins with it.
  const typed = "form[data-type-at-once] input:not([type=hidden])";
  (root.querySelector("[data-focus-first]") ?? root.querySelector(typed))?.focus();
}

// Two kinds of message, one at a time. The internal note is first, so that nothing reaches a client by mistake.
export function startComposer(root) {
  for (const composer of root.querySelectorAll("[data-composer]")) {
    const tabs = [...composer.querySelectorAll("[role=tab]")];
    const show = (chosen) => {
      for (const tab of tabs) {
        tab.setAttribute("aria-selected", String(tab === chosen));
        tab.tabIndex = tab === chosen ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
      }
    };
    for (const tab of tabs) {
      tab.addEventListener("click", () => {
        show(tab);
        document.getElementById(tab.getAttribute("aria-controls")).querySelector("textarea")?.focus();
      });
      tab.addEventListener("keydown", (event) => {
        if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        const other = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
        show(other);
        other.focus();
      });
    }
    // What is wrong or half written is shown; else the first.
    const parts = [...composer.querySelectorAll(".composer-part")];
    const begun = parts.find((part) => part.querySelector(".field-error")) ?? parts.find((part) => part.querySelector("textarea")?.value);
    show(tabs.find((tab) => tab.getAttribute("aria-controls") === begun?.id) ?? tabs[0]);
  }
}

// A button elsewhere on the page that leads into the composer. Without a script it is a link to its part.
export function startComposing() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-compose]");
    const tab = link && document.getElementById(link.dataset.compose);
    if (!tab) return;
    event.preventDefault();
    const menu = link.closest("[data-menu]");
    if (menu) menu.open = false;
    tab.click();
  });
}

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const label = button.querySelector("[data-copy-word]");
    const was = label.textContent;
    label.textContent = word("copied");
    say(word("copied"));
    setTimeout(() => (label.textContent = was), 1500);
  });
}

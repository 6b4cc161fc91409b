// Clocks count down by themselves between two answers of the server, whose word always replaces theirs.
const HOUR = 3600;
const shown = new Set();

export function startClocks(root) {
  const elements = [...root.querySelectorAll("[data-clock][data-running='true']")];
  if (root instanceof Element && root.matches("[data-clock][data-running='true']")) elements.push(root);
  for (const element of elements) {
    if (element.startedAt !== undefined) continue;
    // The server's seconds of open time count from this moment by a clock nobody can set.
    element.startedAt = performance.now();
    element.words = element.querySelector("[data-left]")?.textContent ?? "";
    shown.add(element);
  }
}

function left(seconds) {
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / 60);
  if (hours && minutes) return `${hours} h ${minutes} min`;
  if (hours) return `${hours} h`;
  if (minutes) return `${minutes} min`;
  return `${seconds} s`;
}

function tick() {
  for (const element of shown) {
    if (!element.isConnected) {
      shown.delete(element);
      continue;
    }
    const passed = (performance.now() - element.startedAt) / 1000;
    const remaining = Math.max(0, Math.floor(Number(element.dataset.remaining) - passed));
    const words = element.querySelector("[data-left]");
    // Only the figures change, so that the words stay in the page's language.
    const next = element.words.replace(/^[\d.,\s]+(h|min|s)(\s\d+ min)?/, left(remaining));
    if (words && words.textContent !== next) words.textContent = next;
    const bar = element.querySelector("[data-bar]");
    const target = Number(element.dataset.target);
    if (bar && target > 0) bar.setAttribute("width", String(Math.round(1000 * Math.min(1, 1 - remaining / target))));
  }
}

setInterval(tick, 1000);

// A number of a tested answer becomes a line of the values that a check reads.
import { say } from "./words.js";

const parts = (line) => line.split("|").map((part) => part.trim());

// A name that no other line has.
function free(name, lines) {
  const taken = new Set(lines.map((line) => parts(line)[0]));
  let found = name;
  for (let number = 2; taken.has(found); number += 1) found = `${name}_${number}`;
  return found;
}

function use(button) {
  const field = button.closest("form").elements.metrics;
  const { useValue: path, useName: name, useSaid: said, useDone: done } = button.dataset;
  const lines = field.value.split("\n").filter((line) => line.trim());
  if (!lines.some((line) => (parts(line)[1] || parts(line)[0]) === path)) {
    lines.push(`${free(name, lines)} | ${path}`);
    field.value = lines.join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  button.classList.add("is-used");
  button.textContent = done;
  button.setAttribute("aria-label", said);
  say(said);
}

export function startAnswers() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-use-value]");
    if (button) use(button);
  });
}

// The palette: arrows choose among what was found, Enter opens it or does it on the spot.
const found = (palette) => [...palette.querySelectorAll("[data-palette-results] .menu-item")].filter((item) => !item.hidden);

function mark(palette, items, chosen) {
  items.forEach((item, index) => {
    item.id = `found-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === chosen));
    item.tabIndex = -1;
  });
  items[chosen]?.scrollIntoView({ block: "nearest" });
  // A list without anything to choose is no list: what it says is read out.
  palette.querySelector("[data-palette-results]").setAttribute("role", items.length ? "listbox" : "status");
  const input = palette.querySelector("input");
  input.setAttribute("aria-expanded", String(items.length > 0));
  if (items[chosen]) input.setAttribute("aria-activedescendant", items[chosen].id);
  else input.removeAttribute("aria-activedescendant");
}

const typed = (palette) => palette.querySelector("input").value.trim().split(/\s+/).join(" ").slice(0, 80);

// Whoever types fast presses Enter before the answer is there, and means what they typed and not what stood there before.
const isAnswered = (palette) => palette.querySelector("[data-found-for]")?.dataset.foundFor === typed(palette);

function choose(event) {
  const palette = event.target.closest("#palette");
  if (palette && event.key === "Escape" && !event.isComposing) {
    // A browser empties a search field first, and the foot says that this closes.
    event.preventDefault();
    palette.close();
    return;
  }
  if (!palette || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  // Enter on the close of a half-typed character belongs to the keyboard of that script.
  if (event.isComposing) return;
  const items = found(palette);
  const index = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  event.preventDefault();
  if (event.key === "Enter") {
    // Between an answer and its marks, what only a script can do is still hidden.
    palette.entered = !isAnswered(palette) || index < 0;
    if (!palette.entered) items[index].click();
    return;
  }
  if (!items.length) return;
  mark(palette, items, (index + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
}

// The theme has one switch, in the menu of the person; this turns it.
function turnTheme(choice) {
  const input = document.querySelector(`[data-theme-switch] input[value="${CSS.escape(choice.dataset.themeChoice)}"]`);
  if (!input) return;
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  choice.closest("dialog")?.close();
}

export function startPalette() {
  document.addEventListener("keydown", choose);
  document.addEventListener("input", (event) => {
    const palette = event.target.closest("#palette");
    if (palette) palette.entered = false;
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) turnTheme(choice);
  });
  // After what the swap brought has been started: what only a script can do is shown by then.
  document.addEventListener("htmx:afterSettle", (event) => {
    const palette = event.detail.target?.closest?.("#palette");
    if (!palette) return;
    const items = found(palette);
    mark(palette, items, 0);
    if (!palette.entered || !isAnswered(palette)) return;
    palette.entered = false;
    items[0]?.click();
  });
}

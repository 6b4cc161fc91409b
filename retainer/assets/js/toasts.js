// A toast goes after six seconds, but not while it is read; an error or a warning stays until it is closed.
const SHOWN_FOR = 6000;

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) {
    setTimeout(leave, 1000, toast);
    return;
  }
  toast.remove();
}

export function startToasts() {
  const box = document.getElementById("toasts");
  if (!box) return;
  const passing = box.querySelectorAll("[data-toast]:not([data-toast=error], [data-toast=warning])");
  for (const toast of passing) setTimeout(leave, SHOWN_FOR, toast);
  box.addEventListener("click", (event) => event.target.closest("[data-close-toast]")?.closest(".toast").remove());
}

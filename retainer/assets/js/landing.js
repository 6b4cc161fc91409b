import { openDialog } from "./overlays.js";

// An address that names a form (#resolve_body) opens what holds it and begins to write there.
export function startLanding() {
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (!wanted) return;
  const dialog = wanted.closest("dialog");
  if (dialog) openDialog(dialog);
  const closed = wanted.closest("details:not([open])");
  if (closed) closed.open = true;
  const tab = wanted.matches(".composer-part") && document.querySelector(`[role=tab][aria-controls="${wanted.id}"]`);
  if (tab) tab.click();
  const field = wanted.matches("input, textarea, select, button, a") ? wanted : wanted.querySelector("textarea");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

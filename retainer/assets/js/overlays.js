// Menus and dialogs. Each works as <details>, popover or plain link where no script runs.
export const isOpen = () => document.querySelector("dialog[open]") !== null;

export function openDialog(dialog) {
  if (dialog.open) return;
  if (dialog.matches(":popover-open")) dialog.hidePopover();
  dialog.showModal();
  if (dialog.id === "palette") {
    const input = dialog.querySelector("input");
    input.select();
    input.dispatchEvent(new CustomEvent("open"));
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
}

export function startOverlays() {
  document.addEventListener("click", (event) => {
    const menu = event.target.closest("[data-menu]");
    closeMenus(menu);
    const trigger = event.target.closest("[data-dialog]");
    const dialog = trigger && document.getElementById(trigger.dataset.dialog);
    // A live part has come to offer what was not possible when the page opened. Drafts outlast the reload.
    if (trigger?.closest("[data-live-with]") && !dialog) {
      location.reload();
      return;
    }
    if (dialog) {
      event.preventDefault();
      if (menu) menu.open = false;
      openDialog(dialog);
      return;
    }
    if (event.target.closest("[data-close-dialog]")) {
      event.preventDefault();
      event.target.closest("dialog")?.close();
      return;
    }
    // The backdrop is the dialog itself, outside of everything in it.
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.activeElement?.closest("[data-menu][open]") ?? document.querySelector("[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });
  document.addEventListener("input", (event) => {
    const wanted = event.target.dataset?.mustEqual;
    if (wanted === undefined) return;
    event.target.setCustomValidity(event.target.value.trim() === wanted ? "" : wanted);
  });
}

// A form whose fields were changed is not left without a question: by a link or another form in our own dialog, by
// closing or reloading in the browser's. Drafts of a composer, searches and what opens in a menu are not asked about.

const FORMS = "main:not(.stage) form[method=post], form[data-save-bar], form[data-asks-first]";
const NEVER = "[data-composer], [data-menu], dialog, [popover], [data-leaves-freely]";
const NO_VALUE = ["hidden", "submit", "button", "reset", "image"];

const sent = new WeakSet();
let leaving = false;
let goOn = null;

// As the browser would show the page's own value: it writes colours small and drops the seconds of a time.
function asShown(input) {
  const probe = input.cloneNode();
  probe.value = input.defaultValue;
  return probe.value;
}

function optionsChanged(select) {
  const options = [...select.options];
  if (select.multiple) return options.some((option) => option.selected !== option.defaultSelected);
  // Where the page chose nothing, the browser shows the first that may be chosen.
  const first = options.findLast((option) => option.defaultSelected) ?? options.find((option) => !option.disabled);
  return select.selectedOptions[0] !== first;
}

function isChanged(field) {
  if (!field.name || field.disabled || NO_VALUE.includes(field.type)) return false;
  if (field.matches("select")) return optionsChanged(field);
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.matches("input")) return field.value !== asShown(field);
  return field.matches("textarea") && field.value !== field.defaultValue;
}

// What came back with errors was typed and is saved nowhere.
const isRefused = (form) => form.querySelector(".field-error, [aria-invalid=true]") !== null;

const isUnsaved = (form) => !sent.has(form) && (isRefused(form) || [...form.elements].some(isChanged));

const unsaved = (except) =>
  [...document.querySelectorAll(FORMS)].find((form) => form !== except && !form.closest(NEVER) && isUnsaved(form));

// Listened to only while there is something to lose: a page that listens cannot be kept for going back.
function watchClosing() {
  if (unsaved()) addEventListener("beforeunload", warn);
  else removeEventListener("beforeunload", warn);
}

function warn(event) {
  if (leaving || !unsaved()) return;
  event.preventDefault();
  // Older browsers ask only for this.
  event.returnValue = "";
}

function ask(then) {
  const dialog = document.getElementById("leaving");
  if (!dialog) return false;
  // Whoever chose in the palette comes back to the field, and not to the palette.
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  const text = dialog.querySelector("[data-words]");
  const title = document.querySelector("h1")?.textContent.trim() || document.title;
  text.textContent = text.dataset.words.replace("%s", () => title);
  goOn = then;
  dialog.showModal();
  return true;
}

function leave() {
  const then = goOn;
  leaving = true;
  document.getElementById("leaving").close();
  then?.();
  // A link that only brings a file leaves nothing.
  setTimeout(() => (leaving = false), 2000);
}

function hold(event, then) {
  if (!ask(then)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

const stays = (link) =>
  (link.target && link.target !== "_self") ||
  link.hasAttribute("download") ||
  !/^https?:$/.test(link.protocol) ||
  link.matches("[data-dialog], [hx-get], [hx-post]") ||
  (link.hash && link.href.split("#")[0] === location.href.split("#")[0]);

function onClick(event) {
  if (event.target.closest("[data-leave]")) {
    leave();
    return;
  }
  const link = event.target.closest("a[href]");
  if (leaving || !link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (stays(link) || !unsaved()) return;
  hold(event, () => link.click());
}

function onSubmit(event) {
  const form = event.target;
  // By attribute, because a field may have the name of a property.
  if (form.getAttribute("method") === "dialog" || form.getAttribute("target") === "_blank") return;
  // A part that is fetched into this page leaves it only where the form is swapped away, which is asked below.
  if (!leaving && !form.matches("[hx-get], [hx-post]") && unsaved(form)) {
    hold(event, () => form.requestSubmit(event.submitter));
    return;
  }
  sent.add(form);
  watchClosing();
}

// A swap that would take the changed form away, other than the form's own.
function onRequest(event) {
  const { elt, target, issueRequest } = event.detail;
  const form = unsaved();
  if (leaving || !form || form.contains(elt) || elt.matches("[data-live]") || !target?.contains?.(form)) return;
  if (elt.matches("a[href], form") && !elt.matches("[hx-get], [hx-post]")) return;
  if (ask(() => issueRequest(true))) event.preventDefault();
}

function again(form) {
  sent.delete(form);
  watchClosing();
}

export function startLeaving() {
  // Before everybody else, so that nothing is begun that the answer may forbid.
  document.addEventListener("click", onClick, true);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:confirm", onRequest);
  document.addEventListener("htmx:afterSettle", watchClosing);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful && event.detail.elt?.matches?.("form")) again(event.detail.elt);
  });
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => event.target.form && again(event.target.form));
  }
  // Come back to from the next page: what stands there was sent, and may have been changed since.
  addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) for (const form of document.forms) again(form);
  });
  // The news of a close may come when the dialog asks again already, for something else.
  document.getElementById("leaving")?.addEventListener("close", (event) => {
    if (!event.target.open) goOn = null;
  });
  watchClosing();
}

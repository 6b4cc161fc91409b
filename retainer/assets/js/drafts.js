// What somebody has typed and not sent is kept in this browser, through a reload, a failed post and a live swap.
// A draft is known by its person, the address its form posts to (agency, incident and act are in it) and its field.
// It goes once it is sent, when it is discarded, and with everything else when the person signs out.
import { say, word } from "./words.js";

const PREFIX = "draft:";
const ON_ITS_WAY = "drafts-on-their-way";
const person = () => document.documentElement.dataset.person ?? "";

// A browser may refuse to keep anything; then a draft lives as long as its page.
function safely(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

function keyOf(field) {
  const address = new URL(field.form.getAttribute("action") || location.href, location.href);
  return `${PREFIX}${person()}:${address.pathname}:${field.name}`;
}

function forget(isMeant) {
  safely(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && isMeant(key)).forEach((key) => localStorage.removeItem(key)));
}

function noteOf(field) {
  if (field.draftNote) return field.draftNote;
  const note = document.createElement("p");
  note.className = "draft-note";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = word("discard");
  button.addEventListener("click", () => {
    field.value = "";
    keep(field);
    field.focus();
  });
  note.append(`${word("draftKept")} · `, button);
  field.after(note);
  field.draftNote = note;
  return note;
}

function keep(field) {
  const kept = safely(() => {
    if (field.value.trim()) localStorage.setItem(keyOf(field), field.value);
    else localStorage.removeItem(keyOf(field));
    return Boolean(field.value.trim());
  });
  if (kept || field.draftNote) noteOf(field).hidden = !kept;
}

function bringBack(field) {
  const text = safely(() => localStorage.getItem(keyOf(field)));
  // What the server sent back with an error is what was typed last.
  if (!text || field.value) return;
  field.value = text;
  noteOf(field).hidden = false;
  say(word("draftKept"));
}

export function startDrafts(root) {
  if (!person()) return;
  for (const field of root.querySelectorAll("[data-draft]")) {
    if (!field.form || field.draftStarted) continue;
    field.draftStarted = true;
    bringBack(field);
    field.addEventListener("input", () => keep(field));
  }
}

// Only the page that follows knows whether a post was taken: it then says what was done.
function settle() {
  const keys = safely(() => JSON.parse(sessionStorage.getItem(ON_ITS_WAY))) ?? [];
  safely(() => sessionStorage.removeItem(ON_ITS_WAY));
  if (document.querySelector("#toasts [data-toast=success]")) forget((key) => keys.includes(key));
}

export function startDraftKeeping() {
  settle();
  // Somebody else has signed in here.
  if (person()) forget((key) => !key.startsWith(`${PREFIX}${person()}:`));
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) forget(() => true);
    const fields = [...event.target.querySelectorAll("[data-draft]")];
    if (fields.length && person()) safely(() => sessionStorage.setItem(ON_ITS_WAY, JSON.stringify(fields.map(keyOf))));
  });
}

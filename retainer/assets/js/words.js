// The few words a script says come from the page, in the page's language; %s is what varies.
export function word(name, value = "") {
  const words = document.getElementById("announcer")?.dataset ?? {};
  return (words[name] ?? "").replace("%s", String(value));
}

export function say(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = text;
}

// Where nobody has chosen a time zone, the browser's stands in the field, and a line says where it comes from.
const known = (zone) => zone && zone !== "UTC" && !zone.startsWith("Etc/");

function propose(select, zone) {
  const hint = document.createElement("div");
  hint.className = "field-help";
  hint.id = `${select.id}_from`;
  hint.textContent = select.dataset.zoneHint;
  if (![...select.options].some((option) => option.value === zone)) select.add(new Option(zone.replaceAll("_", " "), zone));
  select.value = zone;
  select.after(hint);
  select.setAttribute("aria-describedby", `${select.getAttribute("aria-describedby") ?? ""} ${hint.id}`.trim());
  select.addEventListener("change", () => hint.remove(), { once: true });
}

export function startZones(root) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const select of known(timeZone) ? root.querySelectorAll("select[data-zone-hint]:not([data-zone-given])") : []) {
    select.dataset.zoneGiven = "";
    propose(select, timeZone);
  }
}

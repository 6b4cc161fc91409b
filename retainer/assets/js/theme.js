// System, light or dark, in a cookie, so that the server draws the next page right from the start.
export function startTheme() {
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-theme-switch] input");
    if (!choice) return;
    document.documentElement.dataset.theme = choice.value;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${choice.value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    document.dispatchEvent(new CustomEvent("theme-changed"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new CustomEvent("theme-changed"));
  });
}

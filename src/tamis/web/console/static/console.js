// Shared by all pages: dialogs, copying, themes, and forms that are submitted once.

import "./unsaved-changes.js";
import "./enter-key.js";
import "./select-on-focus.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
  const copier = event.target.closest("[data-copies]");
  if (copier) copy(copier);
  if (event.target.closest("[data-theme-toggle]")) nextTheme();
  if (event.target.closest("[data-goes-back]")) history.back();
});

// A click outside a dialog closes it, as Escape does; one that asks a question stays open.
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && !event.target.hasAttribute("data-asks")) event.target.close();
});

// The server answers a second equal submit like the first; this only shows that one is in progress.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});

// A response to a form replaces the page with the form in the history: going back or reloading requests that page, and
// the browser need not ask whether to resubmit the form.
if (document.querySelector('meta[name="form-response"]') && document.referrer.startsWith(`${location.origin}/`)) {
  history.replaceState(null, "", document.referrer);
}

// A page restored from the browser's cache can be used again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// Close menus when something else is used.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

async function copy(button) {
  const status = button.querySelector("[data-says]");
  const code = button.closest(".copy").querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    status.textContent = "Copied";
  } catch {
    // Without TLS there is no clipboard access for other machines: select the text for manual copying.
    getSelection().selectAllChildren(code);
    status.textContent = "Press Ctrl+C to copy";
  }
  setTimeout(() => { status.textContent = "Copy"; }, 2500);
}

// -- themes: that of the system, light, dark ---------------------------------------------------------------------------

const THEMES = { system: "System", light: "Light", dark: "Dark" };
const toggle = document.querySelector("[data-theme-toggle]");

function showTheme() {
  const name = THEMES[document.documentElement.dataset.theme ?? "system"];
  toggle.querySelector("span").textContent = `Theme: ${name}`;
  toggle.title = `Theme: ${name}`;
}

function nextTheme() {
  const root = document.documentElement;
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(root.dataset.theme ?? "system") + 1) % names.length];
  if (next === "system") {
    delete root.dataset.theme;
    localStorage.removeItem("tamis-theme");
  } else {
    root.dataset.theme = next;
    localStorage.setItem("tamis-theme", next);
  }
  showTheme();
}

if (toggle) showTheme();
for (const button of document.querySelectorAll("[data-goes-back]")) button.hidden = history.length < 2;

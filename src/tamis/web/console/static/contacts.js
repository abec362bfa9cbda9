// The list of contacts and the page of one of them. What is typed into the search may be an address: it is sent in the
// body of a POST, and kept for a reload and the back button in the state of the history, never in a URL.

const HANDED_OVER = "tamis-searched-for";

const look = document.getElementById("look");
if (look) searchAndRemember(look);

function searchAndRemember(form) {
  const text = form.elements.text;
  let isTyping = false;

  text.value = history.state?.text ?? sessionStorage.getItem(HANDED_OVER) ?? "";
  sessionStorage.removeItem(HANDED_OVER);
  const place = () => document.getElementById("found").dataset.query;
  const search = () => form.requestSubmit();

  form.addEventListener("input", () => { isTyping = true; });
  document.addEventListener("click", (event) => {
    if (event.target.closest('[form="look"]')) isTyping = false;
    if (event.target.closest("[data-clears-search]")) {
      text.value = "";
      if (form.elements.segment) form.elements.segment.value = "";
      search();
      text.focus();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const query = place();
    const url = location.pathname + (query ? `?${query}` : "");
    const state = { text: text.value };
    if (isTyping || location.pathname + location.search === url) history.replaceState(state, "", url);
    else history.pushState(state, "", url);
  });
  window.addEventListener("popstate", () => location.reload());

  // The columns are chosen in a form of their own: it is told where the list stands, and the page that follows what is
  // searched for.
  document.querySelector(".columns-form")?.addEventListener("submit", (event) => {
    if (text.value) sessionStorage.setItem(HANDED_OVER, text.value);
    for (const [name, value] of new URLSearchParams(place())) {
      if (name !== "at") event.target.append(hidden(name, value));
    }
  });

  // A file is what the list shows. The page stays, so its form can be sent again.
  document.querySelector(".export-form")?.addEventListener("submit", ({ target }) => {
    for (const old of target.querySelectorAll("[data-look]")) old.remove();
    for (const name of ["text", "segment"]) {
      const made = hidden(name, form.elements[name]?.value ?? "");
      made.dataset.look = "";
      target.append(made);
    }
    target.closest("details").open = false;
    setTimeout(() => {
      delete target.dataset.sent;
      target.removeAttribute("aria-busy");
    }, 1000);
  });

  if (!text.value) return;
  if (form._htmx?.initialized) search();
  else form.addEventListener("htmx:after:init", () => setTimeout(search), { once: true });
}

function hidden(name, value) {
  const made = document.createElement("input");
  made.type = "hidden";
  made.name = name;
  made.value = value;
  return made;
}

// Editing in place: the control has the focus, Escape gives up, Enter saves (in several lines of text with Ctrl).
document.addEventListener("htmx:after:swap", () => {
  const waiting = document.querySelector("[data-focus]");
  if (waiting) {
    waiting.removeAttribute("data-focus");
    waiting.focus();
  }
  const control = document.querySelector("form[data-edits]:not([data-seen]) :is(input:not([type=hidden]), select, textarea)");
  if (control) {
    control.form.dataset.seen = "1";
    control.focus();
    if (control.select && control.type !== "checkbox") control.select();
  }
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-edits]");
  if (!form) return;
  if (event.key === "Escape") form.querySelector("[data-gives-up]").click();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// The list of contacts and the page of a contact. The search text may be an email: it is sent in the body of a POST,
// and kept in the history state for a reload and the back button, never in a URL.

import "./edit-in-place.js";

const SEARCH_KEY = "tamis-searched-for";

const look = document.getElementById("look");
if (look) searchAndRemember(look);

function searchAndRemember(form) {
  const text = form.elements.text;
  let isTyping = false;

  text.value = history.state?.text ?? sessionStorage.getItem(SEARCH_KEY) ?? "";
  sessionStorage.removeItem(SEARCH_KEY);
  const listQuery = () => document.getElementById("found").dataset.query;
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
    const query = listQuery();
    const url = location.pathname + (query ? `?${query}` : "");
    const state = { text: text.value };
    if (isTyping || location.pathname + location.search === url) history.replaceState(state, "", url);
    else history.pushState(state, "", url);
  });
  window.addEventListener("popstate", () => location.reload());

  // The columns have a separate form: it gets the state of the list, and the next page gets the search text.
  document.querySelector(".columns-form")?.addEventListener("submit", (event) => {
    if (text.value) sessionStorage.setItem(SEARCH_KEY, text.value);
    for (const [name, value] of new URLSearchParams(listQuery())) {
      if (name !== "at") event.target.append(hidden(name, value));
    }
  });

  // An export contains what the list shows. The page stays, so its form can be submitted again.
  document.querySelector(".export-form")?.addEventListener("submit", ({ target }) => {
    for (const old of target.querySelectorAll("[data-look]")) old.remove();
    for (const name of ["text", "segment"]) {
      const input = hidden(name, form.elements[name]?.value ?? "");
      input.dataset.look = "";
      target.append(input);
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
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}

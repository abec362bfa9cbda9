// Asks before leaving a page with unsaved edits: with the dialog of the page where possible, otherwise with that of the
// browser. Forms marked with `data-guards` are watched; a form that the server has refused is marked
// `data-guards="unsaved"`. Other editors register themselves (`registerEditor`).

const dialog = document.getElementById("leave");
const editors = [];
const loadedValues = new WeakMap();
let isLeaving = false;
let proceed = null;

// `isDirty()` returns whether an editor has unsaved edits, `save()` saves them.
export function registerEditor(editor) {
  editors.push(editor);
  dialog.querySelector('[value="save"]').hidden = false;
}

// Navigates without asking.
export function navigate(path) {
  isLeaving = true;
  location.assign(path);
}

const valuesOf = (form) =>
  JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "idempotency_key"));

function recordForms() {
  for (const form of document.querySelectorAll("form[data-guards]")) {
    if (!loadedValues.has(form)) loadedValues.set(form, form.dataset.guards === "unsaved" ? null : valuesOf(form));
  }
}

const isEdited = (form) => !form.dataset.sent && !form.closest("dialog:not([open])")
  && loadedValues.has(form) && loadedValues.get(form) !== valuesOf(form);

// `sent` is the form being submitted, whose values are not lost.
function isDirty(sent = null) {
  return editors.some((editor) => editor.isDirty())
    || [...document.querySelectorAll("form[data-guards]")].some((form) => form !== sent && isEdited(form));
}

function confirmLeaving(then) {
  proceed = then;
  dialog.returnValue = "";
  dialog.showModal();
}

if (dialog) {
  recordForms();
  document.addEventListener("htmx:after:swap", recordForms);
  document.addEventListener("focusin", recordForms);
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => { // saved values are not lost
    if (ctx.response.status < 400 && loadedValues.has(ctx.sourceElement)) {
      loadedValues.set(ctx.sourceElement, valuesOf(ctx.sourceElement));
    }
  });

  addEventListener("pageshow", () => { isLeaving = false; });
  addEventListener("beforeunload", (event) => {
    if (isLeaving || !isDirty()) return;
    event.preventDefault();
    event.returnValue = "";
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button || link?.target || link?.download;
    if (!link || elsewhere || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
    if (!isDirty()) return;
    event.preventDefault();
    confirmLeaving(() => navigate(link.href));
  });

  // Submitting a form that leads to another page loses the edits of all others; forms of htmx stay on the page.
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (isLeaving || form.method === "dialog" || form.hasAttribute("hx-post") || form.id === "builder") return;
    if (!isDirty(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmLeaving(() => {
      isLeaving = true;
      form.requestSubmit(submitter);
    });
  }, true);

  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "leave") proceed();
    if (dialog.returnValue === "save") editors.find((editor) => editor.isDirty())?.save();
  });
}

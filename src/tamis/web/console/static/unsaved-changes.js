// Whoever leaves a page with unsaved edits is asked first: by the dialog of the page where that is possible, by the
// browser otherwise. Forms marked with `data-guards` are watched; one that comes back from the server with what was
// refused is marked `data-guards="unsaved"`. Other editors tell by themselves what is unsaved (`watch`).

const dialog = document.getElementById("leave");
const editors = [];
const asLoaded = new WeakMap();
let isLeaving = false;
let goOn = null;

// `isDirty()` tells whether an editor has unsaved edits, `save()` saves them.
export function watch(editor) {
  editors.push(editor);
  dialog.querySelector('[value="save"]').hidden = false;
}

// Goes to a page without a question.
export function leaveFor(path) {
  isLeaving = true;
  location.assign(path);
}

const valuesOf = (form) =>
  JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "idempotency_key"));

function noteForms() {
  for (const form of document.querySelectorAll("form[data-guards]")) {
    if (!asLoaded.has(form)) asLoaded.set(form, form.dataset.guards === "unsaved" ? null : valuesOf(form));
  }
}

const isEdited = (form) => !form.dataset.sent && !form.closest("dialog:not([open])")
  && asLoaded.has(form) && asLoaded.get(form) !== valuesOf(form);

// `sent` is the form that is being sent, whose values are not lost.
function isDirty(sent = null) {
  return editors.some((editor) => editor.isDirty())
    || [...document.querySelectorAll("form[data-guards]")].some((form) => form !== sent && isEdited(form));
}

function ask(then) {
  goOn = then;
  dialog.returnValue = "";
  dialog.showModal();
}

if (dialog) {
  noteForms();
  document.addEventListener("htmx:after:swap", noteForms);
  document.addEventListener("focusin", noteForms);
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => { // what was saved is not lost
    if (ctx.response.status < 400 && asLoaded.has(ctx.sourceElement)) {
      asLoaded.set(ctx.sourceElement, valuesOf(ctx.sourceElement));
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
    ask(() => leaveFor(link.href));
  });

  // A form that leads to another page takes the edits of all others with it. Those that htmx sends stay on this page.
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (isLeaving || form.method === "dialog" || form.hasAttribute("hx-post") || form.id === "builder") return;
    if (!isDirty(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(() => {
      isLeaving = true;
      form.requestSubmit(submitter);
    });
  }, true);

  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "leave") goOn();
    if (dialog.returnValue === "save") editors.find((editor) => editor.isDirty())?.save();
  });
}

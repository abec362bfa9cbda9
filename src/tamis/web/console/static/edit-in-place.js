// Editing in place: the control has the focus, Escape cancels, Enter saves (with Ctrl in a text of several lines).
document.addEventListener("htmx:after:swap", () => {
  const target = document.querySelector("[data-focus]");
  if (target) {
    target.removeAttribute("data-focus");
    target.focus();
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

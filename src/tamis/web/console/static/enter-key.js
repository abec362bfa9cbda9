// The Enter key: in a single-line form it submits, in an editor with several controls (a form marked with
// `data-editor`) it moves to the next control; there Ctrl+Enter or the button saves.

const STOPS = 'input:not([type="hidden"]), select, textarea, button:not([type="button"]), [data-enter-stop]';

// Focuses the next control of the form to fill in or press; buttons that remove or move something are skipped.
export function focusNext(from) {
  const boxes = from.matches('[type="checkbox"], [type="radio"]') ? from.closest('fieldset, [role="group"]') : null;
  const stops = [...from.form.querySelectorAll(STOPS)].filter((one) => one === from || (isFocusable(one) && !boxes?.contains(one)));
  stops[stops.indexOf(from) + 1]?.focus();
}

function isFocusable(control) {
  if (control.disabled || control.tabIndex < 0 || control.closest("[data-enter-skip]")) return false;
  return (control.type !== "radio" || control.checked) && control.checkVisibility({ visibilityProperty: true });
}

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
  const form = target.closest?.("form[data-editor]");
  if (!form) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  } else if (target.matches("input, select")) {
    event.preventDefault();
    if (!event.repeat) focusNext(target);
  } else if (event.repeat && target.matches("button, summary")) {
    event.preventDefault(); // holding the key down presses nothing twice
  }
});

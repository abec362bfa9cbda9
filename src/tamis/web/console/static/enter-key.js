// Enter means one thing everywhere: in a form of one line it sends the form, in an editor of several controls (a form
// marked with `data-editor`) it goes on to the next control and saves nothing. There Ctrl+Enter saves, or the button.

const STOPS = 'input:not([type="hidden"]), select, textarea, button:not([type="button"]), [data-enter-stop]';

// Puts the focus on the next control of the form to fill in or to press; what removes or moves something is skipped.
export function goOn(from) {
  const boxes = from.matches('[type="checkbox"], [type="radio"]') ? from.closest('fieldset, [role="group"]') : null;
  const stops = [...from.form.querySelectorAll(STOPS)].filter((one) => one === from || (isOnTheWay(one) && !boxes?.contains(one)));
  stops[stops.indexOf(from) + 1]?.focus();
}

function isOnTheWay(control) {
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
    if (!event.repeat) goOn(target);
  } else if (event.repeat && target.matches("button, summary")) {
    event.preventDefault(); // a key that is held down presses nothing twice
  }
});

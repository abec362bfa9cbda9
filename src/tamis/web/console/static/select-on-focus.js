// Whoever comes to an input that is filled in replaces its text by typing: it is selected, by keyboard and by pointer.
// A second click sets the caret, and a text that is selected by dragging stays selected as it was.

const TEXTUAL = `input:is(:not([type]), ${["text", "search", "email", "number", "password", "tel", "url"]
  .map((type) => `[type="${type}"]`).join(", ")})`;

let pressed = null; // the input that gets the focus by a press that has not ended
let left = null; // the input that had the focus when the window lost it

document.addEventListener("mousedown", ({ target }) => {
  pressed = target.matches?.(TEXTUAL) && target !== document.activeElement ? target : null;
}, true);

document.addEventListener("click", ({ target }) => {
  if (target === pressed && target.selectionStart === target.selectionEnd) target.select();
  pressed = null;
}, true);

document.addEventListener("focusin", ({ target }) => {
  const isBack = target === left; // with the window: somebody may be in the middle of the text
  left = null;
  if (!isBack && target !== pressed && target.matches?.(TEXTUAL)) target.select();
});

document.addEventListener("focusout", ({ target }) => {
  left = document.hasFocus() ? null : target;
});

// Selects the text of an input when it gets the focus, by keyboard or pointer, so that typing replaces it. A second
// click sets the caret, and a selection made by dragging is kept.

const TEXTUAL = `input:is(:not([type]), ${["text", "search", "email", "number", "password", "tel", "url"]
  .map((type) => `[type="${type}"]`).join(", ")})`;

let pressedInput = null; // the input focused by a press that has not ended
let leftInput = null; // the input that had the focus when the window lost it

document.addEventListener("mousedown", ({ target }) => {
  pressedInput = target.matches?.(TEXTUAL) && target !== document.activeElement ? target : null;
}, true);

document.addEventListener("click", ({ target }) => {
  if (target === pressedInput && target.selectionStart === target.selectionEnd) target.select();
  pressedInput = null;
}, true);

document.addEventListener("focusin", ({ target }) => {
  const isBack = target === leftInput; // the window got the focus back: the user may be in the middle of the text
  leftInput = null;
  if (!isBack && target !== pressedInput && target.matches?.(TEXTUAL)) target.select();
});

document.addEventListener("focusout", ({ target }) => {
  leftInput = document.hasFocus() ? null : target;
});

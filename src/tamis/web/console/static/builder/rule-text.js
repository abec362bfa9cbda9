// The editable text form of the rule: valid text becomes the tree, invalid text is reported with its position.

import { sentence } from "./dom.js";

const at = (id) => document.getElementById(id);

export class RuleText {
  #area = at("text");
  #tree = "";
  #pending = false;

  // `onInput()` is called when the text is edited.
  constructor(onInput) {
    this.#area.addEventListener("input", () => {
      this.#pending = true;
      onInput();
    });
    at("text-place").addEventListener("click", () => this.#goTo());
    at("text-back").addEventListener("click", () => {
      this.setText(this.#tree, true);
      this.#area.focus();
    });
    this.#area.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isWrong) {
        event.preventDefault();
        this.setText(this.#tree, true);
      }
    });
  }

  get value() {
    return this.#area.value;
  }

  // Whether there is input that was not parsed yet.
  get isPending() {
    return this.#pending;
  }

  get isWrong() {
    return !at("text-problem").hidden;
  }

  focus() {
    at("text-form").open = true;
    this.#area.focus();
  }

  // Shows the text of the tree, unless the text is being edited; null while the rule is incomplete.
  setText(text, always = false) {
    if (text !== null) this.#tree = text;
    at("text-later").hidden = text !== null;
    if (text !== null && (always || document.activeElement !== this.#area)) {
      this.#area.value = text;
      this.showProblems([]);
    }
  }

  // Discards unparsed input: the conditions were changed since.
  discardInput() {
    this.#pending = false;
  }

  // Shows the problems of the parsed input, if any.
  showProblems(problems) {
    this.#pending = false;
    if (!problems.length) at("text-later").hidden = true;
    at("text-problem").hidden = !problems.length;
    at("text-says").textContent = sentence(problems.map(({ path, message }) =>
      (path === "rule" ? `the text ${message}` : `${path}: ${message}`)).join("; "));
    at("text-place").hidden = !problems.some(({ path }) => /^line \d+/.test(path));
    at("text-place").dataset.path = problems[0]?.path ?? "";
    this.#area.toggleAttribute("aria-invalid", problems.length > 0);
  }

  #goTo() {
    const [, line, column] = at("text-place").dataset.path.match(/line (\d+), column (\d+)/);
    const before = this.#area.value.split("\n").slice(0, Number(line) - 1);
    const start = before.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
    const word = this.#area.value.slice(start).match(/^\S*/)[0].length;
    this.#area.focus();
    this.#area.setSelectionRange(start, start + Math.max(word, 1));
  }
}

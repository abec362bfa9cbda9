// The text form of the rule, which can be edited: what can be read becomes the tree, what cannot is told with its place.

const at = (id) => document.getElementById(id);

export class TextForm {
  #area = at("text");
  #tree = "";
  #pending = false;

  // `typed()` is told that somebody edits the text.
  constructor(typed) {
    this.#area.addEventListener("input", () => {
      this.#pending = true;
      typed();
    });
    at("text-place").addEventListener("click", () => this.#goTo());
    at("text-back").addEventListener("click", () => {
      this.follow(this.#tree, true);
      this.#area.focus();
    });
    this.#area.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isWrong) {
        event.preventDefault();
        this.follow(this.#tree, true);
      }
    });
  }

  get value() {
    return this.#area.value;
  }

  // Whether something was typed that nobody has read yet.
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

  // Shows the text of the tree, unless somebody writes the text of which this is the tree. Null: the tree has none yet.
  follow(text, always = false) {
    if (text !== null) this.#tree = text;
    at("text-later").hidden = text !== null;
    if (text !== null && (always || document.activeElement !== this.#area)) {
      this.#area.value = text;
      this.wasRead([]);
    }
  }

  // The conditions were changed since: they have the last word.
  forget() {
    this.#pending = false;
  }

  // Says what is wrong with what was typed, which may be nothing.
  wasRead(problems) {
    this.#pending = false;
    at("text-problem").hidden = !problems.length;
    at("text-says").textContent = problems.map(({ path, message }) =>
      (path === "rule" ? `The text ${message}` : `${path}: ${message}`)).join("; ");
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

// Undo and redo: the previous trees, and which of them is shown. Typing into one control without a longer pause is one
// step.

const PAUSE_MS = 1500;
const MOST = 500;

export class History {
  #steps;
  #now = 0;
  #typing = null;
  #since = 0;

  constructor(first) {
    this.#steps = [first];
  }

  get current() {
    return this.#steps[this.#now];
  }

  get canUndo() {
    return this.#now > 0;
  }

  get canRedo() {
    return this.#now < this.#steps.length - 1;
  }

  // `typing` is the control that is typed into, null for a separate step.
  push(tree, typing = null) {
    if (tree === this.current) return;
    const time = performance.now();
    const continues = typing !== null && typing === this.#typing && time - this.#since < PAUSE_MS && !this.canRedo;
    if (!continues) this.#now += 1;
    this.#steps.length = this.#now;
    this.#steps.push(tree);
    if (this.#steps.length > MOST) {
      this.#steps.shift();
      this.#now -= 1;
    }
    this.#typing = typing;
    this.#since = time;
  }

  // Ends a step: further typing is another one.
  pause() {
    this.#typing = null;
  }

  undo() {
    return this.#goTo(-1, this.canUndo);
  }

  redo() {
    return this.#goTo(1, this.canRedo);
  }

  #goTo(by, can) {
    this.pause();
    if (!can) return null;
    this.#now += by;
    return this.current;
  }
}
